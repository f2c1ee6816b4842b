import type { Target } from '#config';
import { Failure } from '#fault';
import type { Fault } from '#fault';
import { publicHalf } from '#host';
import { setupScript } from '#setup';
import type { SetupValues } from '#setup';
import type { Place } from './place.ts';

type Key = Pick<Place, 'ssh-key' | 'ssh-key-passphrase'>;

/** Is it what a host lacks that nobody has set up: a thing that only root can make, or the login itself? */
const notSetUp = ({ code, host, problems = [] }: Fault, target: Target): boolean =>
  (code === 'SSH_REFUSED' && host === target.host.name) || problems.some(({ root }) => root === true);

/** The deploy user's name and the rest are landfall.yml's: nothing that the host says becomes part of what root runs. */
const valuesOf = async ({ host, path, base, python, manager, nginx }: Target, place: Key): Promise<SetupValues> => {
  const privateKey = place['ssh-key'];
  const passphrase = place['ssh-key-passphrase'];
  const half =
    privateKey === undefined
      ? undefined
      : await publicHalf({ privateKey, ...(passphrase === undefined ? {} : { passphrase }) });
  return {
    user: host.user,
    key: half === undefined ? '' : `${half} ${host.user}`,
    path,
    base,
    python: python.version,
    manager: manager ?? '',
    domains: nginx?.domains.join(' ') ?? '',
  };
};

/**
 * What was thrown, with the setup script of the target's host, where that makes what is missing; undefined: it does not. A directory at
 * `path` is in its way, also one that is to be adopted.
 */
export const withSetup = async (thrown: unknown, target: Target, place: Key): Promise<Failure | undefined> =>
  thrown instanceof Failure && target.adopt !== true && notSetUp(thrown.fault, target)
    ? new Failure({ ...thrown.fault, setup: setupScript(await valuesOf(target, place)) })
    : undefined;
