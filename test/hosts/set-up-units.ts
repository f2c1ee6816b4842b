import { setupScript } from '#setup';
import type { DebianHost } from '../lab/debian-host.ts';

/** Of a host whose services are to be units of the system: what the setup script would install, were there a network. */
export const sudoLayer =
  'RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends sudo && : >/etc/machine-id';

/** Runs the setup script as root, for a target whose services are to be units of the system; gives what it said. */
export const setUpUnits = async (host: DebianHost, path: string): Promise<string> => {
  const target = {
    user: 'deploy',
    key: '',
    path,
    base: `${path}-landfall`,
    python: 'python3',
    manager: 'system',
    domains: '',
  } as const;
  return (await host.exec(`sh -s <<'END_OF_SETUP'\n${setupScript(target)}END_OF_SETUP\n`)).trim();
};

/** How often systemd has read its units again since the boot. */
export const reloadsOf = async (host: DebianHost): Promise<number> =>
  Number(
    await host.exec(
      `journalctl --sync; journalctl --boot --quiet --no-pager _PID=1 | grep -cE 'Reload(ing)? requested' || true`,
    ),
  );
