import type { HostAddress } from '#config';
import { faultOf, must } from '#fault';
import { fold, readJournal, revertedOf, standing, states } from '#journal';
import type { Answer, History, Standing, Wish } from '#journal';
import type { Found, HandMade } from '#plan';
import type { Adoption } from './adoption.ts';
import { neededPrograms } from './preflight.ts';
import { refusal } from './refusal.ts';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';

export { liveOf } from './live.ts';

/** What was read of the host, and what that means for this caller. */
export type Survey = {
  readonly found: Found;
  readonly history: History;
  readonly standing: Standing;
  readonly answer: Exclude<Answer, { refuse: unknown }>;
  /** What people have made at `path`, where a directory is there. */
  readonly made?: HandMade;
  /** What becomes of it. */
  readonly adoption?: Adoption | undefined;
};

/** `user@host:port` for ssh's -J, where an IPv6 address stands in brackets. */
const jump = ({ user, address, port }: HostAddress): string =>
  `${user}@${address.includes(':') ? `[${address}]` : address}${port === 22 ? '' : `:${port}`}`;

/** The line that a person pastes to take a transaction back, without Landfall and without GitHub. */
export const undoLine = ({ target: { host, via, base } }: Pick<Scene, 'target'>, number: number): string =>
  [
    'ssh',
    ...(via.length === 0 ? [] : ['-J', via.map(jump).join(',')]),
    ...(host.port === 22 ? [] : ['-p', host.port]),
    `${host.user}@${host.address}`,
    `sh ${base}/.landfall/undo t${number}`,
  ].join(' ');

/** Reads the host, and changes nothing. */
export const look = async ({ host, target, signal }: Scene): Promise<Found> =>
  must(
    await host.run(
      'look',
      { base: target.base, path: target.path, python: target.python.version, programs: neededPrograms(target) },
      { signal },
    ),
  );

/** Judges what was read by the table of found states. Throws the refusal where it says so. */
export const judge = (scene: Scene, wish: Wish, found: Found): Survey => {
  const history = fold(readJournal(found.journal));
  const where = standing(found, history, scene.context, wish);
  const answer = states[where][wish];
  if (typeof answer === 'object') throw refusal(answer.refuse, wish, found, undoLine(scene, found.number));
  return { found, history, standing: where, answer };
};

/**
 * What every action begins with: the host finishes what was left half-way, then it is read and judged. A dry run only reads.
 * An undo that fails here does not stop the reading: the state says `held`.
 */
export const survey = async (scene: Scene, wish: Wish, { dry = false } = {}): Promise<Survey> => {
  let unwritable: Error | undefined;
  if (!dry) {
    const recovery = step(scene, 'recover', 'let the host finish what was left half-way', 'recover', {
      base: scene.target.base,
    });
    try {
      await perform(scene, recovery, {
        note: ({ phase, number }) => (number === 0 ? 'nothing was ever deployed' : `t${number} is ${phase}`),
      });
    } catch (thrown) {
      const { code } = faultOf(thrown);
      if (code === 'PREFLIGHT' && thrown instanceof Error) unwritable = thrown;
      else if (code !== 'UNDO_FAILED') throw thrown;
    }
  }
  const found = await scene.timeline.step('look', 'read the state of the host', () => look(scene));
  // where nothing was ever deployed there was nothing to finish: that nothing can be written there preflight tells, with all else
  if (unwritable !== undefined && found.number !== 0) throw unwritable;
  // before judging: also a run that is refused tells what nobody was told
  news(scene, found);
  const surveyed = judge(scene, wish, found);
  if (surveyed.history.damaged > 1)
    warn(scene, `${surveyed.history.damaged} lines of the host's journal are damaged and were passed over`);
  if (surveyed.answer === 'warn-test')
    warn(
      scene,
      `t${found.number} is ${found.phase}: ${found.claim?.actor ?? 'another run'} is at work (${found.claim?.url ?? ''})`,
    );
  return surveyed;
};

/** What the host did by itself, for whoever reads this run's summary. */
const news = (scene: Scene, found: Found): void => {
  const reverted = revertedOf(readJournal(found.journal).events, found.clock);
  if (reverted.length === 0) return;
  scene.evidence.reverted = reverted;
  for (const { says } of reverted) warn(scene, says);
};

export const warn = (scene: Scene, text: string): void => {
  scene.evidence.notes = [...scene.evidence.notes, { kind: 'warning', text }];
  scene.show(`! ${text}`);
};
