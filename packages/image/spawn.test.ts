import { afterAll, expect, test } from '@jest/globals';
import { runProgram } from './spawn.ts';

const before = { ...process.env };
afterAll(() => {
  process.env = before;
});

test('a build gets the way to the cache, and neither inputs nor the way to the identity of the run', async () => {
  Object.assign(process.env, {
    'INPUT_GITHUB-TOKEN': 'a',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'b',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'c',
    ACTIONS_RUNTIME_TOKEN: 'd',
    GITHUB_ENV: 'e',
    STATE_token: 'f',
  });
  const signal = new AbortController().signal;
  const { exit, stdout } = await runProgram(['env'], { cwd: '/', env: { OWN: 'g' }, signal });
  const given = stdout.split('\n').filter((line) => /^(INPUT_|ACTIONS_|GITHUB_ENV|STATE_|OWN)/.test(line));
  expect([exit, given.sort()]).toEqual([0, ['ACTIONS_RUNTIME_TOKEN=d', 'OWN=g']]);
});
