import { Failure } from '#fault';
import type { Found } from '#plan';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';

type Drift = Pick<Found, 'drifted' | 'current'>;

const says = ({ drifted, current }: Drift): string =>
  `in ${current}, which serves, these files were changed on the host: ${drifted.join(', ')}`;

/** Names what somebody changed by hand in the release that serves. */
export const warnOfDrift = (scene: Scene, found: Drift): void => {
  if (found.drifted.length > 0) warn(scene, `${says(found)}; they are kept in releases/${found.current} only`);
};

/** What somebody changed by hand would be gone from the next release without a word. Throws HOST_DRIFTED, unless it is allowed. */
export const refuseDrift = (scene: Scene, found: Drift, allowed: boolean): void => {
  if (allowed || found.drifted.length === 0) {
    warnOfDrift(scene, found);
    return;
  }
  throw new Failure({
    code: 'HOST_DRIFTED',
    what: says(found),
    host: scene.host.name,
    said: found.drifted.map((path) => `${scene.target.base}/releases/${found.current}/${path}`),
    next: 'Commit what is to stay, or name under `shared` what the application itself writes. `allow-drift: true` deploys without these changes.',
  });
};
