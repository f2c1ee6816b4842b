import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found, HandMade, KeptProgram, SystemUnit } from '#plan';
import { rootReasons, stopReasons, unitReasons } from './unit-reasons.ts';
import { mayNot } from './sudo-lines.ts';

type At = Pick<Target, 'path' | 'base' | 'host' | 'services'>;

/** The service of a program: the last part of its name. */
const serviceOf = ({ program }: KeptProgram): string => program.slice(program.lastIndexOf(':') + 1);

/** The program that runs a service there. undefined: none does. */
export const programOf = ({ programs, processes }: HandMade, service: string): KeptProgram | undefined =>
  programs.find((one) => one.pid !== 0 && serviceOf(one) === service && processes.some(({ main }) => main === one.pid));

/** Who keeps it, in words. */
export const keptBy = ({ keeper, conf }: Pick<KeptProgram, 'keeper' | 'conf'>): string =>
  ({ supervisor: `the supervisord of ${conf}`, root: `root's supervisord (${conf})`, units: "the system's systemd" })[
    keeper
  ];

/** Why what runs from there cannot be stopped and started again as it is, and proven; none: it can. */
export const programProblems = (user: string, target: At, made: HandMade): readonly Problem[] => {
  const where = `host ${target.host.name}`;
  return [
    ...silent(target, made),
    ...absent(user, target, made),
    ...several(target, made),
    ...units(user, target, made),
    ...barred(user, target, made),
    ...strangers(target, made),
  ].map((one) => ({ where, ...one }));
};

/** Why programs that were adopted, and those of services that were added since, cannot be stopped and started by this deploy; none: they can. */
export const adoptedProblems = (
  { user, theirs }: Pick<Found, 'user' | 'theirs'>,
  { path, base, services, host }: Target,
  back = false,
): readonly Problem[] => {
  if (theirs === undefined) return [];
  const units = theirs.units.map(({ name }) => name);
  return [
    ...theirs.absent.map((name) => ({
      what: `${name} is no program of ${keptBy(theirs)}`,
      next: `add it there, and let it be read: ${theirs.keeper === 'units' ? 'systemctl daemon-reload' : 'supervisorctl update'}`,
    })),
    ...(theirs.barred.length === 0 ? [] : [mayNot(user, path, theirs)]),
    ...services.flatMap((service) => {
      const unit = theirs.units.find(({ name }) => name === `${service.name}.service`);
      return unit === undefined
        ? []
        : [...rootReasons(unit, { user, path, base }), ...(back ? [] : stopReasons(unit, { service, units }))];
    }),
  ].map((one) => ({ where: `host ${host.name}`, ...one }));
};

const unitOf = ({ units }: HandMade, service: string): SystemUnit | undefined =>
  units.find(({ name }) => name === `${service}.service`);

type Reason = Omit<Problem, 'where'>;

const silent = ({ path }: At, { supervisors, programs }: HandMade): readonly Reason[] =>
  supervisors
    .filter(({ conf }) => !programs.some((one) => one.conf === conf))
    .map(({ user, conf }) => ({
      what: `programs that run from ${path} are minded by a supervisord of ${user} (${conf}), which cannot be asked`,
      next:
        conf === '-'
          ? 'start it with the name of its file: supervisord -c FILE'
          : `let this user run: supervisorctl -c ${conf} status`,
    }));

/** Each service of landfall.yml is run from there by a program of its name. */
const absent = (user: string, { path, services }: At, made: HandMade): readonly Reason[] => {
  const names = [...new Set(made.programs.map(serviceOf))];
  return services
    .filter(({ name }) => programOf(made, name) === undefined && unitOf(made, name) === undefined)
    .map(({ name }) => {
      const unseen = made.unseen.find(({ unit }) => unit === `${name}.service`);
      if (unseen === undefined) return nothingRuns(path, name, names);
      return {
        what: `${unseen.unit} runs with the group ${unseen.group}: where its processes work, ${user} is not told by the kernel`,
        next: `systemctl edit ${unseen.unit}: Group=, with the group of ${user} (id -gn ${user}), and restart it`,
      };
    });
};

const nothingRuns = (path: string, name: string, names: readonly string[]): Reason => ({
  what: `no program ${name} of a supervisord, and no unit ${name}.service, runs from ${path}`,
  next: `name services as their programs or units are named${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
});

const several = ({ services }: At, made: HandMade): readonly Reason[] => {
  const keepers = new Set(
    services.flatMap(({ name }) => {
      const one = programOf(made, name);
      return one === undefined ? [] : [keptBy(one)];
    }),
  );
  return keepers.size > 1
    ? [{ what: `its services are kept running by ${[...keepers].join(' and ')}`, next: 'let one run all of them' }]
    : [];
};

const units = (user: string, { path, base, services }: At, made: HandMade): readonly Reason[] => {
  const names = services.flatMap(({ name }) => unitOf(made, name)?.name ?? []);
  return services.flatMap((service) => {
    const unit = unitOf(made, service.name);
    return unit === undefined ? [] : unitReasons(unit, { user, path, base, service, units: names, made });
  });
};

const barred = (user: string, { path, services }: At, made: HandMade): readonly Reason[] => {
  const programs = services.flatMap(({ name }) => programOf(made, name)?.program ?? []);
  const commands = made.barred.filter((command) => {
    const last = command.slice(command.lastIndexOf(' ') + 1).replace(/\.service$/, '');
    return last === 'status' || programs.includes(last);
  });
  return programs.length === 0 || commands.length === 0
    ? []
    : [mayNot(user, path, { barred: commands, sudo: made.sudo })];
};

/** What else works there would be left with paths that lead elsewhere. */
const strangers = ({ path, services }: At, made: HandMade): readonly Reason[] => {
  const known = new Set(services.flatMap(({ name }) => programOf(made, name)?.pid ?? []));
  return made.processes
    .filter(({ main, unit }) => !known.has(main) && !services.some(({ name }) => unit === `${name}.service`))
    .map(({ pid, main, unit, command }) => {
      const program = made.programs.find((one) => one.pid !== 0 && one.pid === main);
      return {
        what: `process ${pid} (${command}) works in ${path}, and belongs to ${owner(program, unit)}, which is none of the services`,
        next: rid(pid, program, unit, made),
      };
    });
};

const owner = (program: KeptProgram | undefined, unit: string | undefined): string =>
  program === undefined || program.keeper === 'units'
    ? (unit?.replace(/^user:/, "the user's own ") ?? 'no program')
    : `supervisor's ${program.program}`;

const rid = (pid: number, program: KeptProgram | undefined, unit = '', { processes }: HandMade): string => {
  if (unit.startsWith('user:'))
    return "units of a user's own systemd are not adopted: let one of the system's, or a program of a supervisord, run it";
  // what cron or sshd has begun
  if (program === undefined || (program.keeper === 'units' && !processes.some((one) => one.pid === program.pid)))
    return `end it: kill ${pid}`;
  const name = serviceOf(program);
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(name)
    ? `add it to services: { ${name}: … }`
    : 'no service can have its name (letters, digits, _ and -): instances of template units, for one, are not adopted';
};
