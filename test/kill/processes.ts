import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** A process of a service of a target, as /proc shows it. */
export type Running = { readonly pid: number; readonly service: string; readonly release: string };

const read = <T>(reading: () => T): T | undefined => {
  try {
    return reading();
  } catch {
    return undefined;
  }
};

/** Where tests of adoption have an installation made by hand: in the base, so that one tree holds all. */
export const handMade = 'site/app';

const user = process.getuid?.() ?? 0;

/** The pids of all processes that this user may look at: to be refused costs more than to ask whose it is, and a lab beside has hundreds. */
export const processes = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => user === 0 || read(() => statSync(`/proc/${name}`).uid) === user)
    .map(Number);

/** Every process, or each of these, that works in a release of this target, or in what was made by hand there (`hand-made`), and that has the name of a service. */
export const servicesOf = (base: string, among: readonly number[] = processes()): readonly Running[] =>
  among.flatMap((pid) => {
    const cwd = read(() => readlinkSync(`/proc/${pid}/cwd`));
    const made = cwd === `${base}/${handMade}`;
    if (!made && cwd?.startsWith(`${base}/releases/`) !== true) return [];
    const environ = read(() => readFileSync(`/proc/${pid}/environ`, 'latin1')) ?? '';
    const service = /(?:^|\0)LANDFALL_SERVICE=([^\0]*)/.exec(environ)?.[1];
    const release = made ? 'hand-made' : cwd.slice(`${base}/releases/`.length).split('/')[0];
    return service === undefined ? [] : [{ pid, service, release: release ?? '' }];
  });

/** `web on r1` for each of them, in order. */
export const servingOf = (base: string): readonly string[] =>
  servicesOf(base)
    .map(({ service, release }) => `${service} on ${release}`)
    .sort();

/** The pid of the target's supervisord; undefined: there is none. */
export const supervisorOf = (base: string): number | undefined => {
  const pid = read(() => readFileSync(`${base}/.landfall/run/supervisord.pid`, 'utf8').trim());
  if (pid === undefined) return undefined;
  const cmdline = read(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '';
  return cmdline.includes(`${base}/.landfall/run/supervisord.conf\0`) ? Number(pid) : undefined;
};
