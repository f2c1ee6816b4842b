import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

type Rights = Readonly<Record<string, 'read' | 'write' | 'none'>>;
type Job = { readonly uses?: string; readonly permissions?: Rights };
type Workflow = { readonly permissions?: Rights; readonly jobs: Readonly<Record<string, Job>> };

const root = join(import.meta.dirname, '../..');
const read = (file: string): Workflow => parse(readFileSync(join(root, file), 'utf8')) as Workflow;
const rank = { none: 0, read: 1, write: 2 } as const;

/** docs.github.com/actions/how-tos/reuse-automations/reuse-workflows: a called workflow can only be given what its caller has, or the run does not start. */
const lacking = (given: Rights, called: string): readonly string[] =>
  Object.values(read(`.github/workflows/${called}`).jobs)
    .flatMap(({ permissions = {} }) => Object.entries(permissions))
    .filter(([right, level]) => rank[given[right] ?? 'none'] < rank[level])
    .map(([right, level]) => `${right}: ${level}`);

const workflows = globSync('workflows-examples/**/*.yml', { cwd: root }).filter(
  (file) => !file.endsWith('landfall.yml'),
);
const calls = workflows.flatMap((file) => {
  const { permissions = {}, jobs } = read(file);
  return Object.entries(jobs).flatMap(([name, job]) => {
    const called = /^OWNER\/landfall\/\.github\/workflows\/([a-z-]+\.yml)@/.exec(job.uses ?? '')?.[1];
    return called === undefined ? [] : [{ where: `${file}: ${name}`, called, given: job.permissions ?? permissions }];
  });
});

test('there are examples that call reusable workflows', () => {
  expect(calls.map(({ called }) => called)).toEqual(expect.arrayContaining(['ship.yml', 'rollback.yml']));
});

test.each(calls)('$where grants what $called asks for', ({ given, called }) => {
  expect(lacking(given, called)).toEqual([]);
});
