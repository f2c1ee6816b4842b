import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of a service of a target, as /proc shows it. */
export type Running = { readonly pid: number; readonly service: string; readonly release: string };

const read = <T>(reading: () => T): T | undefined => {
  try {
    return reading();
  } catch {
    return undefined;
  }
};

/** Every process that works in a release of this target and that the launcher began. */
export const servicesOf = (base: string): readonly Running[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const cwd = read(() => readlinkSync(`/proc/${name}/cwd`));
    if (cwd?.startsWith(`${base}/releases/`) !== true) return [];
    const environ = read(() => readFileSync(`/proc/${name}/environ`, 'latin1')) ?? '';
    const service = /(?:^|\0)LANDFALL_SERVICE=([^\0]*)/.exec(environ)?.[1];
    return service === undefined
      ? []
      : [{ pid: Number(name), service, release: cwd.slice(`${base}/releases/`.length).split('/')[0] ?? '' }];
  });

/** The pid of the target's supervisord; undefined: there is none. */
export const supervisorOf = (base: string): number | undefined => {
  const pid = read(() => readFileSync(`${base}/.landfall/run/supervisord.pid`, 'utf8').trim());
  if (pid === undefined) return undefined;
  const cmdline = read(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? '';
  return cmdline.includes(`${base}/.landfall/run/supervisord.conf\0`) ? Number(pid) : undefined;
};
