import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readBytes, writeBytes } from '#command';
import type { Test } from '#config';
import type { Cache, Note, RunContext } from '#plan';
import { packTests, testList, unpackTests } from '#scan';
import type { TestList, TestResults } from '#scan';
import { mayKeep } from './package-caches.ts';

type Given = {
  readonly cache: Cache;
  readonly context: Pick<RunContext, 'event' | 'fork' | 'change' | 'sha'>;
  readonly temp: string;
};

/** Where lists of a branch's tests are kept: the file, and what the key begins with. */
type Place = { readonly file: string; readonly prefix: string; readonly branch: string };

/** Of the branch that changes are compared with, and of these files alone: a repository may have several suites. */
const placeOf = (test: Test, { context: { change }, temp }: Given): Place | undefined => {
  const branch = test.base ?? change?.pull?.base ?? change?.defaultBranch;
  const reports = Object.values(test.run).flatMap(({ tool, report }) => (tool === 'junit' ? [report] : []));
  const asked = [...test.junit, ...reports];
  if (branch === undefined || asked.length === 0 || test['compare-tests'] === 'off') return undefined;
  const name = createHash('sha256')
    .update(JSON.stringify([branch, asked]))
    .digest('hex')
    .slice(0, 32);
  return { file: join(temp, 'landfall-tests', 'tests.json.gz'), prefix: `landfall-tests-${name}-`, branch };
};

/** The tests that the base branch had when it was last green, as a run of it has kept them. */
export const baseTests = async (test: Test, given: Given): Promise<TestList | undefined> => {
  const place = placeOf(test, given);
  if (place === undefined) return undefined;
  const { file, prefix } = place;
  const answer = await given.cache.restore([file], `${prefix}${given.context.sha ?? ''}`, [prefix]);
  if (!answer.ok || answer.value === undefined) return undefined;
  const bytes = await readBytes(file);
  return bytes === undefined ? undefined : unpackTests(bytes);
};

/** Keeps the tests of a green run of the base branch itself, for those that are compared with it. */
export const keepTests = async (
  test: Test,
  results: readonly TestResults[],
  given: Given,
): Promise<readonly Note[]> => {
  const place = placeOf(test, given);
  const { context, cache } = given;
  if (place === undefined || !mayKeep(context) || context.change?.branch !== place.branch) return [];
  if (results.length === 0 || context.sha === undefined) return [];
  await writeBytes(place.file, packTests(testList(results)));
  const answer = await cache.keep([place.file], `${place.prefix}${context.sha}`);
  // of a second run of the same commit the list is there already
  return answer.ok || answer.final
    ? []
    : [{ kind: 'warning', text: `The list of tests was not kept for later runs: ${answer.why}.` }];
};
