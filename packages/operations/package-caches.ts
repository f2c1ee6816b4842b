import { packageCache } from '#command';
import type { PackageCache, PackageTool } from '#command';
import type { Cache, Note, RunContext } from '#plan';

/** Events that only those start who may write to the repository. */
const trusted: ReadonlySet<string> = new Set(['push', 'schedule', 'workflow_dispatch']);

/**
 * May this run write what later runs read? Only one of a branch of the repository itself, which was pushed to, or which somebody with
 * rights, or the clock, has started it for. All else can be about commits of anybody: pull requests of any kind, queues of merges,
 * what other workflows, comments or issues start. Pure.
 */
export const mayKeep = ({ event, fork, change }: Pick<RunContext, 'event' | 'fork' | 'change'>): boolean =>
  fork === undefined && event !== undefined && trusted.has(event) && change?.branch !== undefined;

/** What was brought back of one tool. */
type Restored = { readonly cache: PackageCache; readonly found: string | undefined };

type Given = {
  readonly cache: Cache;
  readonly workspace: string;
  readonly note: (text: string) => void;
};

/** Brings back what tools have downloaded in earlier runs. What cannot be had is a note, and nothing else. */
export const restorePackages = async (
  tools: readonly PackageTool[],
  { cache, workspace, note }: Given,
): Promise<{ readonly restored: readonly Restored[]; readonly notes: readonly Note[] }> => {
  const restored: Restored[] = [];
  const notes: Note[] = [];
  const told: string[] = [];
  for (const tool of new Set(tools)) {
    const one = await packageCache(tool, workspace);
    if (one === undefined) {
      notes.push({ kind: 'warning', text: `The package cache of ${tool} is not used: there is no lock file of it.` });
      continue;
    }
    const answer = await cache.restore(one.paths, one.key, [one.prefix]);
    if (!answer.ok) {
      notes.push({ kind: 'warning', text: `The package cache of ${tool} is not used: ${answer.why}.` });
      continue;
    }
    restored.push({ cache: one, found: answer.value });
    told.push(
      `${tool}: ${answer.value === one.key ? 'there' : answer.value === undefined ? 'none yet' : 'an older one'}`,
    );
  }
  note(told.length === 0 ? 'none can be used' : told.join(', '));
  return { restored, notes };
};

/** Keeps what tools have downloaded, where these lock files have no cache yet. For runs that {@link mayKeep}. */
export const keepPackages = async (restored: readonly Restored[], { cache, note }: Given): Promise<readonly Note[]> => {
  const notes: Note[] = [];
  for (const { cache: one } of restored.filter(({ cache: { key }, found }) => found !== key)) {
    const answer = await cache.keep(one.paths, one.key);
    if (answer.ok) note(`${one.tool}: kept`);
    else notes.push({ kind: 'warning', text: `The package cache of ${one.tool} was not kept: ${answer.why}.` });
  }
  return notes;
};
