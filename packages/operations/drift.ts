import { Failure } from '#fault';
import type { Found } from '#plan';
import { liveOf } from './live.ts';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';

type Drift = Pick<Found, 'drifted' | 'edited' | 'current' | 'phase' | 'release' | 'previous'>;

/** Where no transaction is under way and the link leads elsewhere than to what was confirmed last: what that is. No link is none: `recover` sets one that is gone. */
const elsewhere = (found: Drift): string | undefined => {
  const live = liveOf(found);
  const closed = found.phase === 'confirmed' || found.phase === 'undone';
  return closed && live !== '' && found.current !== '' && found.current !== live ? live : undefined;
};

const says = (found: Drift): string => {
  const { drifted, edited, current } = found;
  const live = elsewhere(found);
  return [
    ...(live === undefined ? [] : [`current was led to ${current} by hand, and ${live} is what was confirmed`]),
    ...(drifted.length === 0
      ? []
      : [`in ${current}, which serves, these files were changed on the host: ${drifted.join(', ')}`]),
    ...(edited.length === 0
      ? []
      : [`these, by which its services run, were changed on the host: ${edited.join(', ')}`]),
  ].join('; ');
};

const none = (found: Drift): boolean => says(found) === '';

/** What becomes of the changes when another release is switched to. */
const fate = ({ drifted, edited, current }: Drift): readonly string[] => [
  ...(drifted.length === 0 ? [] : [`those of the release are kept in releases/${current} only`]),
  ...(edited.length === 0 ? [] : ['units and programs are written anew, and what was added beside them stays']),
];

/** Names what somebody changed by hand in the release that serves, and in what runs its services. */
export const warnOfDrift = (scene: Scene, found: Drift): void => {
  if (!none(found)) warn(scene, [says(found), ...fate(found)].join('; '));
};

/** What somebody changed by hand would be gone with the next release without a word. Throws HOST_DRIFTED, unless it is allowed. */
export const refuseDrift = (scene: Scene, found: Drift, allowed: boolean): void => {
  if (allowed || none(found)) {
    warnOfDrift(scene, found);
    return;
  }
  const { drifted, edited, current } = found;
  throw new Failure({
    code: 'HOST_DRIFTED',
    what: says(found),
    host: scene.host.name,
    said: [...drifted.map((path) => `${scene.target.base}/releases/${current}/${path}`), ...edited],
    next: 'Commit what is to stay: code, settings of a service under `services`; or name under `shared` what the application itself writes. `allow-drift: true` deploys without these changes.',
  });
};
