import { start } from '../bundle/index.js';

await start('deploy-over-ssh/post');
