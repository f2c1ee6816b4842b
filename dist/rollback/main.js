import { start } from '../bundle/index.js';

await start('rollback/main');
