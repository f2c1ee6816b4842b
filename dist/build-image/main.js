import { start } from '../bundle/index.js';

await start('build-image/main');
