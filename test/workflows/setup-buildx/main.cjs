const { appendFileSync } = require('node:fs');

const { GITHUB_PATH: path, TEST_DOCKER: bin } = process.env;
if (bin === undefined) throw new Error('TEST_DOCKER names no folder with docker');
appendFileSync(path, `${bin}\n`);
