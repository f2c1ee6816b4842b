import { start } from '../bundle/index.js';

await start('smoke-test/main');
