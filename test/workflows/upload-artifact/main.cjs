const { copyFileSync, mkdirSync } = require('node:fs');
const { basename, join } = require('node:path');

const { GITHUB_RUN_ID: run, INPUT_NAME: name, INPUT_PATH: path, TEST_ARTIFACTS: kept } = process.env;
const folder = join(kept, run, name);
mkdirSync(folder, { recursive: true });
copyFileSync(path, join(folder, basename(path)));
