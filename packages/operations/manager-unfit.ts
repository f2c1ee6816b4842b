import type { Problem } from '#fault';
import type { Target } from '#config';
import type { Found, Manager } from '#plan';
import { adoptedProblems } from './hand-made-programs.ts';

/** What is to run the services: what the target says, else what the host found. */
export const managerOf = (found: Found, { manager }: Pick<Target, 'manager'>): Manager =>
  manager ?? found.servicesUnder;

/** The deploy user's own systemd can run the services only where it lives without a login, the host's only by root's program. */
const systemd = (found: Found, target: Target): readonly Problem[] => {
  const wanted = managerOf(found, target);
  const can = {
    supervisor: true,
    systemd: found.manager,
    system: found.systemUnits,
    units: found.systemd,
    adopted: true,
  }[wanted];
  if (target.services.length === 0 || can) return [];
  const where = `host ${target.host.name}`;
  return [
    found.systemd
      ? wanted === 'systemd'
        ? {
            where,
            what: `the systemd of ${found.user}, which shall run the services, does not answer, or ends with the last login`,
            next: `sudo loginctl enable-linger ${found.user}`,
            root: true,
          }
        : {
            where,
            what: `${found.user} may not have the host's systemd run the services of ${target.base}`,
            next: 'run the setup script as root: it installs the program by which the deploy user may, and the line of sudo (docs/setup.md)',
            root: true,
          }
      : {
          where,
          what: 'no systemd runs on this host, so none can run the services',
          next: 'set `manager: supervisor` in landfall.yml',
        },
  ];
};

/** Programs that were adopted are started at boot by what runs them: services that moved away would run twice. */
const adopted = (found: Found, { manager, path, host }: Target): readonly Problem[] =>
  found.servicesUnder !== 'adopted' || manager === undefined
    ? []
    : [
        {
          where: `host ${host.name}`,
          what: `the services of ${path} stay with the programs that were adopted; manager: ${manager} would start them a second time`,
          next: 'leave manager out',
        },
      ];

/** What services are whose units Landfall does not write; undefined: it writes them. */
export const withoutLimits = (manager: Manager): string | undefined =>
  ({
    supervisor: 'programs of a supervisord, which has no units',
    units: "root's own units, which Landfall does not write",
    adopted: 'what was adopted, which stays as it is',
    systemd: undefined,
    system: undefined,
  })[manager];

/** Settings of units in landfall.yml that nobody would read. Those of a file are left alone: the plan says so. */
const unitless = (found: Found, target: Target): readonly Problem[] => {
  const manager = managerOf(found, target);
  const kind = withoutLimits(manager);
  if (kind === undefined) return [];
  return target.services
    .filter(({ name, unit = [] }) => {
      const described = target.serviceFiles.find(({ service }) => service === name)?.limits ?? [];
      return unit.some((line) => !described.includes(line));
    })
    .map(({ name }) => ({
      where: `landfall.yml, services.${name}.unit`,
      what: `the services of ${target.base} are ${kind}`,
      next: `${manager === 'adopted' ? '' : 'set `manager: systemd` or `manager: system`, or '}take \`unit\` away`,
    }));
};

/** Why what is to run the services cannot, here or as landfall.yml has it. */
export const managerUnfit = (found: Found, target: Target, back = false): readonly Problem[] => [
  ...systemd(found, target),
  ...adopted(found, target),
  ...adoptedProblems(found, target, back),
  ...unitless(found, target),
];
