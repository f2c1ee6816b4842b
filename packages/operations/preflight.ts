import { fail, ok } from '#fault';
import type { Problem, Result } from '#fault';
import type { Target } from '#config';
import { paceOf, tooSlow } from '#plan';
import type { Found, HandMade } from '#plan';
import { gettextMissing } from './gettext-missing.ts';
import { adoptionProblems, describeHandMade } from './hand-made.ts';
import { managerOf, managerUnfit } from './manager-unfit.ts';
import { pythonMissing } from './python-missing.ts';
import { spaceMissing } from './space-missing.ts';
import type { Space } from './space-missing.ts';
import { unitsUnfit } from './units.ts';

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
export const neededPrograms = ({ python, tellsItself }: Pick<Target, 'python' | 'tellsItself'>): readonly string[] => [
  ...Object.keys(packages),
  python.version,
  'msgfmt',
  ...(tellsItself === true ? ['curl', 'python3'] : []),
];

/** What the release will take on the host. */
export type Needs = Space & {
  /** Names of the variables that it will have. */
  readonly variables: readonly string[];
  /** Its .po files. */
  readonly translations: readonly string[];
  /** What keeps the host from having its image. */
  readonly image?: readonly Problem[];
  /** It served before, and somebody goes back to it. */
  readonly back?: boolean;
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
    ...managerUnfit(found, target, needs.back),
    ...unitsUnfit(found, target, needs.back),
    ...spaceMissing(found, target, needs),
    ...ports(found, target),
    ...variables(target, needs),
    ...slow(found, target),
    ...(needs.image ?? []),
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
