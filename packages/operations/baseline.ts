import { outside, runChecks } from '#check';
import type { Check } from '#config';
import { Failure } from '#fault';
import type { Checked, Found } from '#plan';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';

/** Asks the release that is back what passed on it before, for at most so many ms. Throws UNDO_FAILED: the target is held. */
export const recheck = async (scene: Scene, baseline: readonly Check[], budget: number): Promise<void> => {
  const checked = await scene.timeline.step('recheck', 'check the release that is back', () =>
    check(scene, baseline, scene.deadline(budget)),
  );
  const red = checked.filter(({ ok }) => !ok);
  if (red.length === 0) return;
  throw new Failure({
    code: 'UNDO_FAILED',
    what: `${scene.evidence.release ?? ''} is back, but ${red.length} checks that passed on it before fail now`,
    said: red.map(({ says, found }) => `${says}: ${found ?? 'failed'}`),
    next: 'Look at the database and at what else the release may have changed: a person must decide.',
  });
};

const check = (scene: Scene, checks: readonly Check[], signal: AbortSignal): Promise<Checked[]> =>
  runChecks(checks, {
    ...(scene.target.url === undefined ? {} : { url: scene.target.url }),
    ...outside,
    clock: scene.clock,
    env: scene.env,
    read: scene.files,
    reach: (to, until) => scene.host.reach(to, until),
    signal,
    show: (line) => {
      scene.show(`    ${line}`);
    },
  });

/** Notes on the host that what an undo brought back was asked from outside. No run fails by it: whoever overtook it asks for himself. */
export const noteChecked = async (scene: Scene, number: number): Promise<void> => {
  await scene.host.run('checked', { base: scene.target.base, number }, { signal: scene.deadline(20_000) });
};

/**
 * What the running release may be asked: the checks before the first one that sends something. What posts or uploads would leave its
 * traces twice, in a release that is about to be replaced; and those after it may need what it has saved. Nothing is measured.
 */
export const questions = (checks: readonly Check[]): readonly Check[] => {
  const sends = checks.findIndex(
    ({ method, body, data, file }) =>
      !['GET', 'HEAD'].includes(method) || [body, data, file].some((sent) => sent !== undefined),
  );
  return checks.slice(0, sends < 0 ? checks.length : sends).map((check) => ({ ...check, repeat: 1, p95: undefined }));
};

/**
 * Which checks pass on the running release: what an undo must bring back. One try each. Where the host has undone something by itself
 * before, this is the first look at it from outside.
 */
export const baselineOf = async (
  scene: Scene,
  { number, unchecked }: Pick<Found, 'number' | 'unchecked'>,
): Promise<readonly Check[]> => {
  const checks = questions(scene.target.checks);
  if (checks.length === 0) return [];
  const once = checks.map((check) => ({ ...check, within: 0 }));
  const checked = await scene.timeline.step('baseline', 'check the running release', async (note) => {
    const all = await check(scene, once, scene.signal);
    const red = all.filter(({ ok }) => !ok).length;
    note(red === 0 ? `${all.length} of ${all.length} pass` : `${red} of ${all.length} fail already`);
    return all;
  });
  const green = checks.filter((_, at) => checked[at]?.ok === true);
  if (unchecked) {
    if (green.length === checks.length) await noteChecked(scene, number);
    else warn(scene, `t${number} brought back what serves, and not all checks pass on it`);
  }
  return green;
};
