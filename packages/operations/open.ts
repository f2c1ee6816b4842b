import { Failure } from '#fault';
import { approvalsText, mayTake, newerRun, toWord } from '#journal';
import type { Wish } from '#journal';
import { renderDuration } from '#plan';
import type { Approval, Found, ReleaseId } from '#plan';
import { residentBody } from '#remote';
import { hostNotices } from './host-notices.ts';
import type { Scene } from './scene.ts';
import { judge, liveOf, look, undoLine } from './survey.ts';
import type { Survey } from './survey.ts';
import { holderIsGone, takeOver } from './takeover.ts';
import { undo } from './undo.ts';

/** What a transaction is opened for. */
export type Opening = {
  readonly wish: Wish;
  readonly kind: 'deploy' | 'rollback';
  readonly release: ReleaseId;
  /** Who ends it: this step, its job, or a later job. */
  readonly commit: 'step' | 'job' | 'later';
  readonly allowOlder: boolean;
  /** The gap is judged: a switch that was made before, unmeasured, is made again. */
  readonly measured?: boolean;
  /** What is at `path` is to be adopted: the link is made by the switch. */
  readonly adopts?: boolean;
  /** Why, in a person's words. */
  readonly reason?: string | undefined;
  /** Who approved the run, for the journal: asked for before, and beside other things. */
  readonly approvals?: Promise<readonly Approval[] | undefined>;
};

/** An open transaction of this caller's. `switched`: it was found switched already. */
export type Opened = {
  readonly number: number;
  readonly previous: ReleaseId;
  readonly switched: boolean;
  readonly found: Found;
};

/** Until another run may take over an open transaction that has switched nothing: seconds. */
const openLimit = 1800;

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** The claim's lines: who opens, and until when it is theirs. */
export const claim = (
  { context }: Pick<Scene, 'context'>,
  { commit, release, reason }: Pick<Opening, 'commit' | 'release' | 'reason'>,
): readonly string[] =>
  [
    `repository=${context.repository}`,
    `run=${context.runId}`,
    `attempt=${context.attempt}`,
    `run_number=${context.runNumber}`,
    // a workflow's name may have spaces, which the host's journal would leave out: the guard against stale runs compares it
    `workflow=${toWord(context.workflow)}`,
    `token=${context.token}`,
    `driver=${context.driver}`,
    `actor=${context.actor}`,
    `url=${context.url}`,
    `commit=${commit}`,
    `release=${release}`,
    `reason=${reason ?? ''}`,
  ].map(oneLine);

const approved = ({ evidence: { approvals = [] } }: Pick<Scene, 'evidence'>): readonly string[] =>
  approvals.length === 0 ? [] : [`approved=${approvalsText(approvals)}`];

/** Refuses a run that a newer one of the same workflow has overtaken. Throws TX_STALE. */
export const refuseStale = ({ context }: Scene, { history }: Survey, allowOlder: boolean): void => {
  const newer = newerRun(history, context);
  if (newer === undefined || allowOlder) return;
  throw new Failure({
    code: 'TX_STALE',
    what: `run ${newer} of this workflow has deployed since; this is run ${context.runNumber}`,
    next: 'Re-run the newest run instead. To go back on purpose use the rollback action, or set allow-older: true.',
  });
};

/**
 * Opens a transaction, or takes the own one up again; the host refuses when anything moved since it was read. Waits while another run holds the target, at most `wait`.
 * Faults: TX_BUSY after that time, TX_STALE, and what the table of found states refuses.
 */
export const open = async (scene: Scene, surveyed: Survey, opening: Opening): Promise<Opened> =>
  scene.timeline.step('open', 'open the transaction', async (note) => {
    const queue = waiting(scene);
    const gone = holderIsGone(scene);
    scene.evidence.approvals = await opening.approvals;
    for (let now = surveyed; ; now = judge(scene, opening.wish, await look(scene))) {
      scene.signal.throwIfAborted();
      refuseStale(scene, now, opening.allowOlder);
      if (now.answer === 'finish' && (now.found.release !== opening.release || opening.measured === true)) {
        // this run switched before: to another release, or unseen by a meter that is to judge
        await undo(scene, now.found.number, 'failed');
        continue;
      }
      const over = !mayOpen(now) && (await gone(now));
      if (over && now.found.phase !== 'open') {
        await takeOver(scene, now.found);
        continue;
      }
      const opened = over || mayOpen(now) ? await tryToOpen(scene, now, opening) : undefined;
      if (opened !== undefined) {
        note(`t${opened.number}`);
        scene.evidence.transaction = `t${opened.number}`;
        if (opened.previous !== '') scene.evidence.previous = opened.previous;
        scene.opened?.();
        return opened;
      }
      // also when nobody holds it but each try finds it changed: that must have an end too
      await queue(now);
    }
  });

/** Waits until nobody else holds the target, and judges what is found then. Faults: as {@link open}. */
export const turn = async (scene: Scene, surveyed: Survey, wish: Wish): Promise<Survey> => {
  if (mayOpen(surveyed)) return surveyed;
  return scene.timeline.step('wait', 'wait for the other run', async () => {
    const queue = waiting(scene);
    const gone = holderIsGone(scene);
    let now = surveyed;
    while (!mayOpen(now)) {
      const over = await gone(now);
      // what it left unswitched is closed by the opening
      if (over && now.found.phase === 'open') return now;
      await (over ? takeOver(scene, now.found) : queue(now));
      now = judge(scene, wish, await look(scene));
    }
    return now;
  });
};

const mayOpen = ({ answer, found }: Survey): boolean => answer !== 'wait' || mayTake(found);

/** Waits a moment, and says every 10 s for whom. Throws TX_BUSY when the time to wait is over. */
const waiting = (scene: Scene): ((now: Survey) => Promise<void>) => {
  const { clock, target, signal } = scene;
  const begun = clock.now();
  let told = -Infinity;
  return async (now) => {
    await free(scene, now);
    if (clock.now() - begun > target.wait) throw busy(scene, now.found);
    if (clock.now() - told > 10_000) {
      told = clock.now();
      scene.show(`    waiting for ${whose(now.found)}`);
    }
    await clock.sleep(500 + Math.random() * 1000, signal);
    signal.throwIfAborted();
  };
};

/** The watchdog closes what is left switched. Where that died too, and its time is long over, the host is asked to. */
const free = async ({ host, target, signal }: Scene, { found, answer }: Survey): Promise<void> => {
  if (answer !== 'wait' || found.phase === 'open') return;
  if (found.booted || found.remaining < -10) await host.run('recover', { base: target.base }, { signal });
};

/** Whose transaction is in the way, for people. */
const whose = ({ number, phase, claim }: Found): string =>
  number === 0
    ? 'another run, which is opening the first transaction'
    : `t${number}, which is ${phase}: ${claim?.actor ?? ''} ${claim?.url ?? ''}`;

const busy = (scene: Scene, { number, phase, claim }: Found): Failure =>
  new Failure({
    code: 'TX_BUSY',
    what: `t${number} of ${claim?.actor ?? 'another run'} is still ${phase} after ${renderDuration(scene.target.wait)}: ${claim?.url ?? ''}`,
    said: number === 0 ? [] : [undoLine(scene, number)],
    next: 'Wait for that run, or take its transaction back by the line above; then run again. `wait` sets how long to wait.',
  });

/** Nothing when the state moved on between reading and opening. */
const tryToOpen = async (scene: Scene, { found, answer }: Survey, opening: Opening): Promise<Opened | undefined> => {
  const again = answer === 'resume' || answer === 'finish';
  const notices = hostNotices(scene, found, opening);
  const result = await scene.host.run(
    'open',
    {
      base: scene.target.base,
      path: opening.adopts === true ? '' : scene.target.path,
      seen: found.seen,
      how: again ? 'again' : 'anew',
      kind: opening.kind,
      release: opening.release,
      limit: openLimit,
      // an own switched transaction keeps the release that it switched to
      claim: [
        ...claim(scene, opening).filter((line) => answer !== 'finish' || !line.startsWith('release=')),
        ...approved(scene),
      ],
      ...(notices === undefined ? {} : { notices: notices.length }),
    },
    {
      signal: scene.signal,
      body: notices === undefined ? residentBody : Buffer.concat([residentBody, notices]),
      onLine: (line) => {
        scene.show(`    ${line}`);
      },
    },
  );
  if (result.ok) return { ...result.value, switched: answer === 'finish', found };
  if (result.fault.code === 'TX_BUSY') return undefined;
  throw new Failure({ step: 'open', ...result.fault });
};

/** Says every 20 s that this process still works before its switch; until the returned function is called. The opening itself was the first sign. */
export const beat = ({ host, target, context, clock }: Scene): (() => void) => {
  const over = new AbortController();
  void (async () => {
    for (;;) {
      await clock.sleep(20_000, over.signal);
      if (over.signal.aborted) return;
      // a lost beat is no fault: after a minute of silence a waiting run may take over, and this one is fenced out
      await host.run('beat', { base: target.base, driver: context.driver });
    }
  })();
  return () => {
    over.abort();
  };
};

/** What serves before the switch, and how it is gone back to. */
export const undoOf = (found: Found): { kind: 'code'; to: ReleaseId } | { kind: 'none' } => {
  const live = liveOf(found);
  return live === '' ? { kind: 'none' } : { kind: 'code', to: live };
};
