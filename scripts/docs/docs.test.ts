import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { resolveTarget } from '#config';
import { codes } from '#fault';
import { actionYml, rootActionYml } from './action-yml.ts';
import { actions } from './actions.ts';
import { withApi } from './readme.ts';
import { reference } from './reference.ts';
import { schema } from './schema.ts';
import { headerOf } from './header.ts';
import { troubleshooting } from './troubleshooting.ts';

const root = resolve(import.meta.dirname, '../..');
type ActionYml = {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
  runs: Record<string, string>;
};

/** YAML blocks of a document; a list of steps is one too. */
const snippets = (file: string): unknown[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/```yaml\n([^]*?)```/g)].map(
    ([, text = '']) => parse(text) as unknown,
  );

/** Every `{ uses, with }` within a value. */
const steps = (value: unknown): { uses: string; with?: Record<string, unknown> }[] => {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'uses' in value && typeof value.uses === 'string' ? [value as { uses: string }] : [];
  return [...here, ...Object.values(value).flatMap(steps)];
};

describe.each(actions.map((action) => [action.name, action] as const))('%s', (name, definition) => {
  const made = parse(actionYml(definition)) as ActionYml;

  test('has an action.yml with every input and output', () => {
    expect(Object.keys(made.inputs)).toEqual(Object.keys(definition.inputs));
    expect(Object.keys(made.outputs)).toEqual(Object.keys(definition.outputs));
    expect(made.runs).toMatchObject({ using: 'node24', main: `../../dist/${name}/main.js` });
    expect(made.runs.post).toBe(definition.post ? `../../dist/${name}/post.js` : undefined);
    for (const value of Object.values(made.inputs)) expect(typeof (value.default ?? '')).toBe('string');
    expect(made.inputs['job-status']?.default ?? '${{ job.status }}').toBe('${{ job.status }}');
  });

  test('has a README whose snippets name inputs that exist', () => {
    const file = `actions/${name}/README.md`;
    const used = snippets(file)
      .flatMap(steps)
      .filter(({ uses }) => uses.startsWith('OWNER/landfall/'));
    expect(used.length).toBeGreaterThan(0);
    for (const { uses, with: inputs } of used) {
      expect(uses).toBe(`OWNER/landfall/actions/${name}@v1`);
      for (const input of Object.keys(inputs ?? {})) expect(Object.keys(definition.inputs)).toContain(input);
    }
    const api = withApi(readFileSync(join(root, file), 'utf8'), definition);
    for (const [input, { kind }] of Object.entries(definition.inputs))
      if (kind === 'secret') expect(api).toContain(`| \`${input}\` | secret |`);
    expect(() => withApi('no markers', definition)).toThrow(/is missing/);
  });
});

test('landfall.yml in the documents is good', () => {
  const documents = ['actions/deploy-over-ssh/README.md', 'docs/reference/landfall-yml.md'];
  const texts = documents.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/```yaml\n([^]*?)```/g)].flatMap(([, text = '']) =>
      /^services:/m.test(text) ? [text] : [],
    ),
  );
  expect(texts).toHaveLength(2);
  for (const text of texts) {
    const target = text.includes('targets:') ? 'staging' : undefined;
    expect(resolveTarget({ text, file: 'landfall.yml', target, overrides: {} }).problems).toEqual([]);
  }
});

test('checks in the README of smoke-test are good', () => {
  const checks = snippets('actions/smoke-test/README.md')
    .flatMap(steps)
    .flatMap(({ with: inputs }) => (typeof inputs?.checks === 'string' ? [inputs.checks] : []));
  expect(checks).toHaveLength(1);
  const overrides = { host: 'a@b', path: '/srv/a', url: 'https://example.org', checks: checks[0] };
  expect(resolveTarget({ file: '-', overrides }).problems).toEqual([]);
});

test("the root's action names the actions and fails", () => {
  const { runs } = parse(rootActionYml(actions)) as { runs: { steps: [{ run: string }] } };
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', runs.steps[0].run], { encoding: 'utf8' });
  expect(status).toBe(1);
  for (const { name } of actions) expect(stderr).toContain(`uses: OWNER/landfall/actions/${name}@v1`);
  expect(stdout).toMatch(/^::error title=No such action::/);
});

test('the reference has a row for every key', () => {
  const text = reference(schema());
  for (const key of [
    'hosts.ssh',
    'services.<name>.command',
    'smoke[].within',
    'env.require',
    'confirm-within',
    'targets',
  ]) {
    expect(text).toContain(`| \`${key}\` |`);
  }
  expect(text).toContain('| `wait` | duration | `10m` |');
  expect(text).not.toMatch(/\| undefined|\[object/);
});

test('the page about faults has every code, and every code is one that something says', () => {
  const text = troubleshooting();
  const sources = execFileSync(
    'git',
    ['grep', '-hoE', "'[A-Z_]{6,}'", '--', 'packages', ':!packages/fault', ':!*.test.ts'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  for (const code of Object.keys(codes)) {
    expect(text).toContain(`\n## ${code}\n`);
    if (code !== 'INTERNAL') expect(sources).toContain(`'${code}'`);
  }
  expect(text).not.toContain('undefined');
});

describe('the header of a program', () => {
  const whole = [
    '# go t42 [WHY]   goes (WHY: asked,',
    '#                or not)',
    '# go on          goes on',
    '# Only where it may.',
    '# Reads a line. It is short. Changes <base>/current.',
    '# Prints phase=. Exit: 0, 1 it',
    '# failed.',
    'main() {',
    '  # Exit: 3',
  ];

  test('is taken apart', () => {
    expect(headerOf('go.sh', whole.join('\n'))).toEqual({
      usages: [
        { call: 'go t42 [WHY]', says: 'goes (WHY: asked, or not)' },
        { call: 'go on', says: 'goes on' },
      ],
      prose: 'Only where it may. It is short.',
      reads: 'a line.',
      changes: '<base>/current.',
      prints: 'phase=.',
      exits: '0, 1 it failed.',
    });
    expect(headerOf('common.sh', '# common.sh: functions\nset -eu')).toBeUndefined();
  });

  test('must say what the program changes, prints and exits with', () => {
    const without = (line: number) => whole.filter((_, at) => at !== line).join('\n');
    expect(() => headerOf('go.sh', without(4))).toThrow('go.sh: its header has no `Changes`');
    expect(() => headerOf('go.sh', without(5))).toThrow('go.sh: its header has no `Prints`');
  });
});

test('what is committed is up to date', () => {
  expect(execFileSync(process.execPath, ['scripts/docs.ts', '--check'], { cwd: root, encoding: 'utf8' })).toMatch(
    /0 stale/,
  );
});
