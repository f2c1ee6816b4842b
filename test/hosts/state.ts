import type { DebianHost } from '../lab/debian-host.ts';

/** What is so on a host, as its files and processes say. */
export type State = {
  readonly phase: string;
  readonly number: number;
  /** Why the newest transaction was undone: the last line of the journal. */
  readonly event: string;
  readonly current: string;
  readonly mutexFree: boolean;
  /** How many supervisord of the target run. */
  readonly supervisors: number;
  /** `service pid on release: verdict`, of the host's own status. */
  readonly processes: readonly string[];
  /** Units of the deploy user's systemd that are Landfall's, with their state. */
  readonly units: readonly string[];
};

const script = (base: string): string => `
cd ${base}/.landfall
sed -n 's/^\\(phase\\|number\\)=/&/p' transaction
echo "current=$(readlink ../current)"
echo "event=$(tail -n 1 journal.jsonl)"
if flock -n mutex true; then echo mutex=free; fi
echo "supervisors=$(pgrep -c -f '[s]upervisord -c ${base}/')"
sh status | sed -n 's/^process  */process=/p'
XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user list-units --all --plain --no-legend 'landfall-*' 2>/dev/null | sed 's/^/unit=/'
true
`;

export const stateOf = async (host: DebianHost, base: string): Promise<State> => {
  const lines = (await host.exec(script(base), 'deploy')).split('\n').map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  const all = (name: string): readonly string[] => lines.filter(([key]) => key === name).map(([, value]) => value);
  const one = (name: string): string => all(name).at(-1) ?? '';
  return {
    phase: one('phase'),
    number: Number(one('number')),
    event: one('event'),
    current: one('current').replace(/^releases\//, ''),
    mutexFree: one('mutex') === 'free',
    supervisors: Number(one('supervisors')),
    processes: all('process'),
    units: all('unit'),
  };
};
