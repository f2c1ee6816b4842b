import type { Approval } from '#plan';
import type { Scene } from './scene.ts';

/** As many as are kept: a run with more has been approved again and again. */
const most = 20;

/**
 * Asks GitHub who approved this run, once a release is to go live by it. It is information and nothing else: nothing waits for an
 * approval here, and nothing is refused for want of one. Undefined: GitHub did not say. Never rejects.
 */
export const approvalsOf = async ({
  context,
  github,
  show,
}: Pick<Scene, 'context' | 'github' | 'show'>): Promise<readonly Approval[] | undefined> => {
  // on a person's machine, or another run than GitHub's
  if (!/^https?:/.test(context.url) || !/^\d+$/.test(context.runId)) return undefined;
  const answer = await github.approvals(context.runId);
  if (answer.ok) return answer.value.slice(-most);
  show(`    who approved this run is not known: ${answer.why}`);
  return undefined;
};
