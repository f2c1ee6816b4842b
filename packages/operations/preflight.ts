import { fail, ok } from '#fault';
import type { Problem, Result } from '#fault';
import type { Target } from '#config';
import { paceOf, renderBytes, tooSlow } from '#plan';
import type { Found, HandMade, Manager } from '#plan';
import type { Lock } from '#release';
import { gettextMissing } from './gettext-missing.ts';
import { adoptionProblems, describeHandMade } from './hand-made.ts';
import { pythonMissing } from './python-missing.ts';

/** What the programs on a host call, and the package of Debian and Ubuntu that brings it. */
const packages: Readonly<Record<string, string>> = {
  flock: 'util-linux',
  setsid: 'util-linux',
  tar: 'tar',
  gzip: 'gzip',
  sha256sum: 'coreutils',
  timeout: 'coreutils',
  sed: 'sed',
  awk: 'mawk',
  find: 'findutils',
  grep: 'grep',
  supervisord: 'supervisor',
  supervisorctl: 'supervisor',
};

/** The programs that a host must have for this target. */
export const neededPrograms = ({ python }: Pick<Target, 'python'>): readonly string[] => [
  ...Object.keys(packages),
  python.version,
  'msgfmt',
];

/** What the release will take on the host. */
export type Needs = {
  readonly bytes: number;
  readonly files: number;
  /** What installs its Python dependencies; undefined: it has none. */
  readonly installer: Lock['installer'] | undefined;
  /** Their environment is on the host already. */
  readonly built: boolean;
  /** Names of the variables that it will have. */
  readonly variables: readonly string[];
  /** Its .po files. */
  readonly translations: readonly string[];
};

/** The needs of a release that lies on the host already. */
export const nothingMore = ({ env }: Pick<Target, 'env'>): Needs => ({
  bytes: 0,
  files: 0,
  installer: undefined,
  built: true,
  variables: env.require,
  translations: [],
});

/** A virtual environment with a few packages: measured 120 MB for Django, gunicorn and pip. */
const environmentBytes = 250_000_000;
const environmentFiles = 8_000;

/**
 * Everything that the host lacks for this release, together and before anything changes, each with the line that mends it.
 * Faults: PATH_OCCUPIED where something of somebody else's is at `path`, else PREFLIGHT.
 */
export const preflight = (found: Found, target: Target, needs: Needs, made?: HandMade): Result<undefined> => {
  const occupied = occupation(found, target, made);
  const problems = [
    ...occupied,
    ...rights(found, target),
    ...missing(found, target),
    ...pythonMissing(found, target, needs.installer),
    ...gettextMissing(found, target, needs.translations),
    ...systemd(found, target),
    ...adopted(found, target),
    ...unitless(found, target),
    ...space(found, target, needs),
    ...ports(found, target),
    ...variables(target, needs),
    ...slow(found, target),
  ];
  if (problems.length === 0) return ok(undefined);
  return fail({
    code: occupied.length > 0 ? 'PATH_OCCUPIED' : 'PREFLIGHT',
    what: problems.length === 1 ? (problems[0]?.what ?? '') : `the host lacks ${problems.length} things`,
    next: 'Mend each as said, on the host or in landfall.yml, and run again. Nothing was changed.',
    problems,
  });
};

const occupation = (found: Found, target: Target, made: HandMade | undefined): readonly Problem[] => [
  ...(made !== undefined && target.adopt === true
    ? adoptionProblems(found, target, made)
    : pathOccupied(found, target, made)),
  ...(found.base === 'file'
    ? [
        {
          where: `host ${target.host.name}`,
          what: `${target.base}, where releases and state shall be, is a file`,
          next: `it is not touched: set another base, or move it away yourself: mv ${target.base} ${target.base}.before`,
        },
      ]
    : []),
];

const pathOccupied = (found: Found, { path, base, host }: Target, made: HandMade | undefined): readonly Problem[] => {
  if (found.path === 'absent' || found.path === `link ${base}/current`) return [];
  const [kind = '', ...rest] = found.path.split(' ');
  const what =
    kind === 'link'
      ? `${path} is a link to ${rest.join(' ')}, not to ${base}/current`
      : kind === 'directory'
        ? `${path} is a directory that Landfall did not make; it holds: ${rest.join(' ').trim() || 'nothing'}${made === undefined ? '' : ` (${describeHandMade(made)})`}`
        : `${path} is a file`;
  return [
    {
      where: `host ${host.name}`,
      what,
      next: `it is not touched: ${made === undefined ? '' : 'let the first deploy take it over (`adopt: true`, docs/adopting.md), '}set another path, or move it away yourself: mv ${path} ${path}.before`,
    },
  ];
};

const rights = (found: Found, { path, base, host }: Target): readonly Problem[] => {
  const where = `host ${host.name}`;
  return [
    ...(found.path === 'absent' && !found.parent.writable
      ? [
          {
            where,
            what: `${found.user} may not write in ${found.parent.path}, where the link ${path} shall be`,
            next: `sudo ln -s ${base}/current ${path}`,
            root: true,
          },
        ]
      : []),
    ...(found.baseNearest.writable
      ? []
      : [
          {
            where,
            what: `${found.user} may not write in ${found.baseNearest.path}, where ${base} shall be`,
            next: `sudo install -d -o ${found.user} ${base}`,
            root: true,
          },
        ]),
  ];
};

const missing = (found: Found, target: Target): readonly Problem[] => {
  const { host } = target;
  const where = `host ${host.name}`;
  const supervised = target.services.length > 0 && managerOf(found, target) === 'supervisor';
  const absent = Object.keys(packages).filter(
    (name) => found.programs.get(name) === '' && (supervised || packages[name] !== 'supervisor'),
  );
  const wanted = [...new Set(absent.map((name) => packages[name] ?? name))];
  return [
    ...(absent.length === 0
      ? []
      : [
          {
            where,
            what: `missing programs: ${absent.join(', ')}`,
            next: `sudo apt-get install -y ${wanted.join(' ')}`,
            // what else is looked for here no Debian lacks, and the setup script does not bring it
            ...(wanted.includes('supervisor') ? { root: true } : {}),
          },
        ]),
  ];
};

/** An undo has to stop either release, and to bring the other up. */
const slow = (found: Found, { services }: Target): readonly Problem[] => {
  const what = tooSlow(paceOf(services), found.pace);
  if (what === undefined) return [];
  return [
    {
      where: 'services',
      what: `with the release that serves, ${what}`,
      next: 'lower `drain` or `boot` of these services; where those of the release that serves are longer, lower them in a deploy before',
    },
  ];
};

/** What is to run the services: what the target says, else what the host found. */
const managerOf = (found: Found, { manager }: Target): Manager => manager ?? found.servicesUnder;

/** The deploy user's own systemd can run the services only where it lives without a login, the host's only by root's program. */
const systemd = (found: Found, target: Target): readonly Problem[] => {
  const wanted = managerOf(found, target);
  const can = { supervisor: true, systemd: found.manager, system: found.systemUnits, adopted: true }[wanted];
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

/** Settings of units that nobody would read. */
const unitless = (found: Found, target: Target): readonly Problem[] =>
  ['systemd', 'system'].includes(managerOf(found, target))
    ? []
    : target.services
        .filter(({ unit }) => unit !== undefined)
        .map(({ name }) => ({
          where: `landfall.yml, services.${name}.unit`,
          what: `the services of ${target.base} are programs of a supervisord, which has no units`,
          next: 'set `manager: systemd` or `manager: system`, or take `unit` away',
        }));

const space = (found: Found, { base, host }: Target, needs: Needs): readonly Problem[] => {
  const builds = needs.installer !== undefined && !needs.built;
  const bytes = Math.ceil(needs.bytes * 1.2) + (builds ? environmentBytes : 0) + 2_000_000;
  const files = Math.ceil(needs.files * 1.2) + (builds ? environmentFiles : 0) + 100;
  const where = `host ${host.name}`;
  const next = `df -h ${found.baseNearest.path}; du -xsh ${base}/* | sort -h`;
  return [
    ...(found.free.bytes < bytes
      ? [
          {
            where,
            what: `${renderBytes(found.free.bytes)} free at ${found.baseNearest.path}, ${renderBytes(bytes)} needed`,
            next,
          },
        ]
      : []),
    // file systems that have no inodes to count (btrfs) report 0
    ...(found.free.inodes > 0 && found.free.inodes < files
      ? [
          {
            where,
            what: `${found.free.inodes} inodes free at ${found.baseNearest.path}, ${files} needed`,
            next: `df -i ${found.baseNearest.path}`,
          },
        ]
      : []),
  ];
};

/** A port that a service wants is free, or held by that very service of the live release. */
const ports = (found: Found, { services, host }: Target): readonly Problem[] =>
  services.flatMap(({ name, listen }) => {
    const port = Number(listen?.split(':').at(-1));
    if (listen === undefined || !found.listening.includes(port)) return [];
    if (found.processes.some(({ service, verdict }) => service === name && verdict !== 'missing')) return [];
    return [
      {
        where: `host ${host.name}`,
        what: `port ${port}, which ${name} shall listen on, is taken`,
        next: `ss -ltnp 'sport = :${port}' shows by whom`,
      },
    ];
  });

const variables = ({ env, base, host }: Target, needs: Needs): readonly Problem[] => {
  const absent = env.require.filter((name) => !needs.variables.includes(name));
  if (absent.length === 0) return [];
  return [
    {
      where: `host ${host.name}`,
      what: `missing or empty environment variables: ${absent.join(', ')}`,
      next: `add them to ${base}/shared/.env on the host, or give the input env-file`,
    },
  ];
};
