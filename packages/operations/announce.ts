import type { Target } from '#config';
import { noticeOf, revertedNotice } from '#notify';
import type { Note, Report } from '#plan';
import { conclude } from './conclude.ts';
import type { Conclusion } from './conclude.ts';
import { tell } from './notify.ts';
import { noEvidence } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

/**
 * Tells people of an action's end, and of what the host did by itself before it. A dry run tells nothing. What did not reach
 * everybody comes back as warnings, and what the host did is then told again by the next action.
 */
export const announce = async (
  stage: Pick<Stage, 'post' | 'clock' | 'signal'>,
  scene: Pick<Scene, 'host' | 'target' | 'env'>,
  report: Report,
  conclusion: Conclusion | undefined,
): Promise<readonly Note[]> => {
  if (report.result === 'planned') return [];
  const notice = noticeOf(report, conclusion);
  const notices = [
    ...(report.reverted ?? []).map((one) => revertedNotice(report, one)),
    ...(notice === undefined ? [] : [notice]),
  ];
  const unsent = await tell(stage, scene.target, scene.env, notices);
  if (unsent.length === 0) await markTold(scene, report);
  return unsent;
};

/**
 * The host's journal keeps that people were told what it did by itself, so that the next action does not tell it again; that a
 * run came too late to confirm it has told by its own end. Where this fails, it is told twice.
 */
const markTold = async (
  { host, target: { base } }: Pick<Scene, 'host' | 'target'>,
  { fault, transaction, reverted = [] }: Report,
): Promise<void> => {
  const late = fault?.code === 'TX_LATE' ? Number(transaction?.slice(1) ?? 0) : 0;
  const numbers = [...reverted.map(({ number }) => number), ...(late > 0 ? [late] : [])];
  if (numbers.length > 0) await host.run('tell', { base, numbers });
};

/** Nobody got in: those who want to hear of failures hear of that too. What the log then says is the fault's own. */
export const announceNoEntry = async (
  stage: Stage,
  action: string,
  target: Target,
  values: Readonly<Record<string, string>>,
  thrown: unknown,
): Promise<void> => {
  const { context, startedAt, wall } = stage;
  const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
  const report = await conclude(
    {
      action,
      startedAt,
      wall,
      url: target.url,
      target: target.name,
      host: target.host.name,
      run: { url: context.url, actor: context.actor },
      timed: () => [],
      evidence: noEvidence(),
    },
    () => Promise.reject(failure),
  );
  const notice = noticeOf(report);
  for (const { text } of await tell(stage, target, values, notice === undefined ? [] : [notice]))
    stage.show(`! ${text}`);
};
