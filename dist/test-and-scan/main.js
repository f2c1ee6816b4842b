import { start } from '../bundle/index.js';

await start('test-and-scan/main');
