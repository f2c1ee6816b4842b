import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readBytes, writeBytes } from '#command';
import type { Test, TestInputs } from '#config';
import { comesFrom, madeOn } from '#git';
import type { Cache, Changes, Note, RunContext, ScanReport } from '#plan';
import { packTests, testList, unpackTests } from '#scan';
import type { BaseTests, TestResults } from '#scan';
import { mayKeep } from './package-caches.ts';

/** What a step says by which its tests are told from those of others. */
export type Suite = {
  /** A name that people gave them. */
  readonly name: string | undefined;
  /** The values of the job's matrix, as JSON. */
  readonly matrix: string;
  readonly config: string | undefined;
  readonly directory: string | undefined;
  readonly run: TestInputs['run'];
};

type Given = {
  readonly cache: Cache;
  readonly context: Pick<RunContext, 'event' | 'fork' | 'change' | 'sha' | 'workflow' | 'job' | 'step'>;
  readonly workspace: string;
  readonly temp: string;
};

/** Where lists of a branch's tests are kept: the file, and what the key begins with. */
type Place = { readonly file: string; readonly prefix: string; readonly branch: string };

/**
 * Of the branch that changes are compared with, and of this suite alone: a repository may have several, in jobs that leave files of one
 * name. What the section `test` runs is not asked: it is the same for all who read the file, and who makes it run fewer tests is to be told so.
 */
const placeOf = (test: Test, suite: Suite, { context, temp }: Given): Place | undefined => {
  const { change, workflow, job, step } = context;
  const branch = test.base ?? change?.pull?.base ?? change?.defaultBranch;
  const reports = Object.values(test.run).flatMap(({ tool, report }) => (tool === 'junit' ? [report] : []));
  const asked = [...test.junit, ...reports];
  if (branch === undefined || asked.length === 0 || test['compare-tests'] === 'off') return undefined;
  const { name, matrix, config, directory, run } = suite;
  const own = name === undefined ? [workflow, job, step, config, directory, run, asked] : name;
  const hash = createHash('sha256')
    .update(JSON.stringify([branch, matrix, own]))
    .digest('hex')
    .slice(0, 32);
  return { file: join(temp, 'landfall-tests', 'tests.json.gz'), prefix: `landfall-tests-${hash}-`, branch };
};

/** Kept beside the list of a commit, for which others of the same name have had another one. */
const shared = '-shared';

/** What nothing else tells apart, people can. */
const apart = 'where several jobs have different tests, give each a name by the input `suite`';

/**
 * The tests of the commit that this one is compared with, as a run of the base branch has kept them when it was green; else those of
 * the newest such commit, if this one has come from it: of any other, tests may be there that this one never had.
 */
export const baseTests = async (
  test: Test,
  suite: Suite,
  changes: Changes,
  given: Given,
): Promise<BaseTests | undefined> => {
  const place = placeOf(test, suite, given);
  if (place === undefined) return undefined;
  const { file, prefix } = place;
  const { cache, workspace, context } = given;
  // a shallow checkout knows at least what its commit was made on: of a pull request, what it would be merged into
  const wanted = changes.known ? changes.base.commit : ((await madeOn(workspace)) ?? context.sha ?? '');
  const answer = await cache.restore([file], `${prefix}${wanted}${shared}`, [`${prefix}${wanted}`, prefix]);
  if (!answer.ok || answer.value === undefined) return undefined;
  const list = await listIn(file);
  if (list === undefined) return undefined;
  const { commit, tests } = list;
  const short = commit.slice(0, 7);
  if (tests === undefined) return { known: false, why: `different lists were kept of ${short}; ${apart}` };
  const from = await comesFrom(workspace, commit);
  if (from === true) return { known: true, commit, tests };
  const newest = `the newest list of tests is that of ${short}`;
  return from === false
    ? { known: false, why: `${newest}, which this commit has not come from` }
    : {
        known: false,
        why: `${newest}, and the checkout does not say whether this commit has come from it; give actions/checkout \`fetch-depth: 0\``,
      };
};

/**
 * Is this a run whose tests later ones are compared with? One that is green, or would be if it had had a list to compare with, and that has all of
 * its tests: of half a list the others would not be missed. Pure.
 */
export const isBase = ({ verdict, gates, unchecked }: ScanReport): boolean =>
  unchecked.every(({ by }) => by !== 'tests') &&
  (verdict === 'passed' ||
    // else a list that is required would never come to be
    (verdict === 'incomplete' &&
      gates.every(
        ({ name, outcome, allowed }) => outcome === 'passed' || allowed === true || name === 'compared tests',
      )));

/** Keeps the tests of a green run of the base branch itself, for those that are compared with it. `tested`: the commit in the checkout. */
export const keepTests = async (
  test: Test,
  suite: Suite,
  results: readonly TestResults[],
  tested: string | undefined,
  given: Given,
): Promise<readonly Note[]> => {
  const place = placeOf(test, suite, given);
  const { context, cache } = given;
  if (place === undefined || !mayKeep(context) || context.change?.branch !== place.branch) return [];
  // a checkout of something else says nothing about the branch
  if (results.length === 0 || tested === undefined || tested !== context.sha) return [];
  const { file, prefix } = place;
  const tests = testList(results);
  const key = `${prefix}${tested}`;
  const notKept = (why: string): readonly Note[] => [
    { kind: 'warning', text: `The list of tests was not kept for later runs: ${why}.` },
  ];
  const keep = async () => {
    await writeBytes(file, packTests({ v: 2, commit: tested, tests }));
    return cache.keep([file], key);
  };
  const answer = await keep();
  if (answer.ok) return [];
  if (!answer.final) return notKept(answer.why);
  // the list is there already: of an earlier attempt, or of a job that nothing tells from this one
  const before = await cache.restore([file], key, []);
  if (!before.ok) return notKept(before.why);
  if (before.value === key && JSON.stringify((await listIn(file))?.tests) === JSON.stringify(tests)) return [];
  // it was no list that stood in the way, but the service, or one that is being kept just now
  if (before.value === undefined && (await keep()).ok) return [];
  await writeBytes(file, packTests({ v: 2, commit: tested }));
  const marked = await cache.keep([file], `${key}${shared}`);
  return marked.ok || before.value !== undefined
    ? [
        {
          kind: 'warning',
          text: `Of this commit others keep another list of tests under the same name, so that none is compared with: ${apart}.`,
        },
      ]
    : [];
};

const listIn = async (file: string): Promise<ReturnType<typeof unpackTests>> => {
  const bytes = await readBytes(file);
  return bytes === undefined ? undefined : unpackTests(bytes);
};
