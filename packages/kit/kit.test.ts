import { describe, expect, test } from '@jest/globals';
import { defineAction } from '#kit';
import type { Inputs } from '#kit';
import { annotations } from './annotations.ts';
import { runContext } from './context.ts';
import { readInputs } from './read-inputs.ts';
import { masksOf, masksOfEnv, secrets } from './secrets.ts';

const description = '…';
const action = defineAction({
  name: 'x',
  description,
  inputs: {
    text: { kind: 'text', default: 'd', description },
    host: { kind: 'text', description },
    'host-key': { kind: 'text', required: true, description },
    names: { kind: 'lines', description },
    'dry-run': { kind: 'flag', default: false, description },
    within: { kind: 'duration', default: '10m', description },
    limit: { kind: 'duration', description },
    phase: { kind: 'choice', of: ['deploy', 'switch'], default: 'deploy', description },
    commit: { kind: 'choice', of: ['step', 'job'], description },
    key: { kind: 'secret', description },
    'job-status': { kind: 'hidden', default: '${{ job.status }}', description },
  },
  outputs: {},
  post: false,
});

describe('inputs', () => {
  test('are typed by the definition', () => {
    const { inputs, problems } = readInputs(action, {
      'INPUT_HOST-KEY': ' k ',
      INPUT_NAMES: 'A\n\n  B \n',
      'INPUT_DRY-RUN': 'True',
      INPUT_LIMIT: '3s',
      INPUT_COMMIT: 'job',
      INPUT_KEY: ' s \r\n\n',
      INPUT_HOST: '',
      OTHER: 'x',
    });
    const typed: Inputs<typeof action> = inputs;
    const names: readonly string[] = typed.names;
    const within: number = typed.within;
    const commit: 'step' | 'job' | undefined = typed.commit;
    const phase: 'deploy' | 'switch' = typed.phase;
    const key: string = typed['host-key'];
    expect({ names, within, commit, phase, key }).toEqual({
      names: ['A', 'B'],
      within: 600_000,
      commit: 'job',
      phase: 'deploy',
      key: 'k',
    });
    expect(inputs).toMatchObject({ text: 'd', host: undefined, 'dry-run': true, limit: 3000, key: ' s ' });
    expect(problems).toEqual([]);
  });

  test('have all their problems told, and hold their defaults then', () => {
    const { inputs, problems } = readInputs(action, {
      INPUT_HOSTKEY: 'k',
      'INPUT_JOB-STATU': 'x',
      'INPUT_DRY-RUN': 'yes',
      INPUT_WITHIN: '5',
      INPUT_LIMIT: 'soon',
      INPUT_PHASE: 'swich',
    });
    expect(problems).toEqual([
      { where: 'input hostkey', what: 'there is no such input', next: 'did you mean host-key?' },
      {
        where: 'input job-statu',
        what: 'there is no such input',
        next: expect.stringMatching(/^inputs: text, host/) as unknown,
      },
      { where: 'input host-key', what: 'is missing', next: 'set it under with:' },
      { where: 'input dry-run', what: 'is "yes"; expected true or false' },
      {
        where: 'input within',
        what: 'is "5"; expected a duration with its unit (ms, s, m, h or d)',
        next: 'write 5s if seconds are meant',
      },
      {
        where: 'input limit',
        what: 'is "soon"; expected a duration with its unit (ms, s, m, h or d)',
        next: 'write it like 30s or 10m',
      },
      { where: 'input phase', what: 'is "swich"; expected one of deploy, switch', next: 'did you mean switch?' },
    ]);
    expect(inputs).toMatchObject({
      'dry-run': false,
      within: 600_000,
      limit: undefined,
      phase: 'deploy',
      'host-key': '',
    });
  });
});

describe('secrets', () => {
  test('are masked whole, or line by line where the line says something', () => {
    expect(masksOf('one line')).toEqual(['one line']);
    expect(masksOf('ab')).toEqual([]);
    expect(masksOf('-----BEGIN X-----\nlong enough\n}\nlong enough\n')).toEqual(['long enough']);
  });

  test('of a .env are what its names or its looks say', () => {
    const env = `DEBUG=True\nALLOWED_HOSTS=example.org\nSECRET_KEY='a b c d'\nexport DB_PASSWORD="hunter2"\nPORT=8000
DATABASE_URL=postgres://u:pässword@db/x\nODD=3f9c2ab8d77e61\nPLAIN=production\n# TOKEN=none\nTOKEN=abc`;
    expect(masksOfEnv(env)).toEqual(['a b c d', 'hunter2', 'postgres://u:pässword@db/x', 'pässword', '3f9c2ab8d77e61']);
  });

  test('are scrubbed from every text, the longest first', () => {
    const hidden = secrets();
    expect(hidden.add(['pass', 'password', '', 'pass'])).toEqual(['pass', 'password']);
    expect(hidden.add(['pass'])).toEqual([]);
    expect(hidden.scrub('password pass')).toBe('*** ***');
    expect(hidden.scrubAll({ pass: ['a password', 3, null, { b: 'pass' }], t: true })).toEqual({
      pass: ['a ***', 3, null, { b: '***' }],
      t: true,
    });
  });
});

test('annotations are at most ten, of lines of files', () => {
  const problems = Array.from({ length: 20 }, (_, n) => ({
    where: 'landfall.yml',
    line: n + 1,
    what: `problem ${n}`,
    next: 'mend',
  }));
  const made = annotations({
    code: 'INPUT_INVALID',
    what: '21 are wrong',
    said: [],
    next: 'Mend them.',
    problems: [{ where: 'input checks', line: 2, what: 'odd' }, ...problems],
  });
  expect(made).toHaveLength(10);
  expect(made[0]).toEqual({ title: 'INPUT_INVALID', message: '21 are wrong\ninput checks: odd\nMend them.' });
  expect(made[1]).toEqual({ title: 'INPUT_INVALID', file: 'landfall.yml', line: 1, message: 'problem 0\nmend' });
  expect(
    annotations({ code: 'INTERNAL', what: 'x'.repeat(9000), said: [], next: 'y' })[0]?.message.length,
  ).toBeLessThan(4096);
});

test('the context is the runner’s, or local', () => {
  const job = { token: 't', driver: 'd' };
  expect(
    runContext(
      {
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '7',
        GITHUB_RUN_ATTEMPT: '2',
        GITHUB_RUN_NUMBER: '40',
        GITHUB_WORKFLOW: 'ship',
        GITHUB_ACTOR: 'ann',
        GITHUB_SERVER_URL: 'https://ghe.example',
      },
      job,
    ),
  ).toEqual({
    repository: 'o/r',
    runId: '7',
    attempt: 2,
    runNumber: 40,
    workflow: 'ship',
    actor: 'ann',
    url: 'https://ghe.example/o/r/actions/runs/7',
    ...job,
  });
  expect(runContext({ USER: 'bob' }, job)).toEqual({
    repository: 'local',
    runId: 'local-d',
    attempt: 1,
    runNumber: 0,
    workflow: 'local',
    actor: 'bob',
    url: 'local',
    ...job,
  });
});
