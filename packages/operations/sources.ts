import { faultOf } from '#fault';
import { changesOf, fileAt, tagBefore, trackedFiles } from '#git';
import type { Test } from '#config';
import type { Changes, RunContext } from '#plan';
import { scanSources } from '#scan';
import type { Found } from '#scan';

type Given = {
  readonly workspace: string;
  readonly context: Pick<RunContext, 'change'>;
  /** Files that hold the words which are looked for. */
  readonly apart: readonly string[];
};

/** What git says of the change, and what the rules on sources say of the commit. What git cannot say is unchecked; nothing is thrown. */
export const lookAtSources = async (
  test: Test,
  { workspace, context, apart }: Given,
): Promise<Pick<Found, 'changes' | 'rules'>> => {
  let changes: Changes = { known: false, why: 'git was not asked' };
  try {
    changes = await changesOf(workspace, { branch: test.base, event: context.change });
    const atBase = (commit: string, path: string) => fileAt(workspace, commit, path);
    // a release is higher than the one before it, however many commits lie between them
    const asked = test.version !== undefined && context.change?.tag !== undefined;
    const released = asked ? await tagBefore(workspace) : undefined;
    const files = trackedFiles(workspace);
    const rules = await scanSources(test, { files, changes, atBase, apart, ...(released && { released }) });
    return { changes, rules };
  } catch (thrown) {
    const { what, said } = faultOf(thrown);
    const why = [what, ...said].join(': ');
    // the gates of the rules say that nobody looked; this says why
    const rules = { looked: [], findings: [], unchecked: [], notes: [{ kind: 'warning' as const, text: why }] };
    return { changes: changes.known ? changes : { known: false, why }, rules };
  }
};
