const { appendFileSync } = require('node:fs');

const { GITHUB_PATH: path, TEST_PYTHON: bin } = process.env;
if (bin === undefined) throw new Error('TEST_PYTHON names no folder with programs');
appendFileSync(path, `${bin}\n`);
