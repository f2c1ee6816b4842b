import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found, HandMade, SupervisedProgram } from '#plan';
import { liveOf } from './live.ts';

type At = Pick<Target, 'path' | 'base' | 'host' | 'services' | 'python'>;

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const some = (all: readonly string[]): string =>
  all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');

/** What was found at `path`, in one line for people. */
export const describeHandMade = ({ commit, dirty, venvs, env, left, processes, programs }: HandMade): string =>
  [
    commit === undefined
      ? 'no git checkout'
      : `a git checkout of ${commit.slice(0, 7)}, ${dirty.length === 0 ? 'as committed' : `with ${count(dirty.length, 'changed or unknown file')}`}`,
    ...(venvs.length === 0 ? [] : [`Python in ${venvs.join(', ')}`]),
    ...(env === undefined ? [] : ['.env']),
    ...(left.length === 0 ? [] : [`ignored by git: ${some(left)}`]),
    processes.length === 0
      ? 'no process that this user can see runs from it'
      : `${count(processes.length, 'process', 'processes')} ${processes.length === 1 ? 'runs' : 'run'} from it${ranBy(processes.flatMap(({ main }) => programs.filter(({ pid }) => pid === main)))}`,
  ].join('; ');

const ranBy = (programs: readonly SupervisedProgram[]): string => {
  const names = [...new Set(programs.map(({ program }) => program))];
  return names.length === 0 ? '' : ` (supervisor's ${some(names)})`;
};

/** The service of a program: the last part of its name. */
const serviceOf = ({ program }: SupervisedProgram): string => program.slice(program.lastIndexOf(':') + 1);

/** The program that runs a service there. undefined: none does. */
export const programOf = ({ programs, processes }: HandMade, service: string): SupervisedProgram | undefined =>
  programs.find((one) => serviceOf(one) === service && processes.some(({ main }) => main === one.pid));

/** Why what was found cannot be adopted as it is, all reasons together; none: it can. */
export const adoptionProblems = (found: Found, target: At, made: HandMade): readonly Problem[] => {
  const where = `host ${target.host.name}`;
  const { path, base } = target;
  const problem = (what: string, next: string): Problem => ({ where, what, next });
  return [
    ...(liveOf(found) === '' || liveOf(found).startsWith('adopted-')
      ? []
      : [
          problem(
            `${liveOf(found)} was deployed to ${base} before: ${path} was the link to it, and somebody has put a directory there`,
            `move it away: mv ${path} ${path}.before`,
          ),
        ]),
    ...(made.commit === undefined
      ? [
          problem(
            `${path} is no git checkout of its own: ${made.gitError}`,
            'make it the checkout of what runs there, or install the application anew beside it and move its data yourself',
          ),
        ]
      : []),
    ...(made.dirty.length === 0
      ? []
      : [
          problem(
            `${path} has files that are not as committed: ${made.dirty.map((line) => line.trim()).join(', ')}`,
            `commit, ignore or discard them: git -C ${path} status`,
          ),
        ]),
    ...(made.owners === undefined
      ? []
      : [
          problem(
            `${found.user} may not rename ${path} (of ${made.owners.path}, in a directory of ${made.owners.parent})`,
            `only where both are ${found.user}'s, an installation is adopted`,
          ),
        ]),
    ...(made.apart === undefined
      ? []
      : [problem(`${path} and ${made.apart} are on different file systems`, 'set base to a folder beside it')]),
    ...made.mounts.map((mount) =>
      problem(
        `${mount} is a mount point: a directory with it cannot be renamed`,
        'mount it elsewhere, and put a link there',
      ),
    ),
    ...made.taken.map((name) =>
      problem(
        `${path}/${name} has the name of a file that Landfall writes`,
        `move it away: mv ${path}/${name} ${path}/${name}.before`,
      ),
    ),
    ...environment(target, made, where),
    ...run(target, made, where),
    ...strangers(target, made, where),
  ];
};

const environment = ({ path, python }: At, { venvs }: HandMade, where: string): readonly Problem[] =>
  venvs.includes(python.venv)
    ? []
    : [
        {
          where,
          what: `${path} has no Python environment ${python.venv}${venvs.length === 0 ? '' : `, but ${venvs.join(' and ')}`}`,
          next:
            venvs.length === 0
              ? 'what its programs call must lie in it: make one there, and let the programs call it'
              : `name the one that the programs call: python: { venv: ${venvs[0] ?? ''} }`,
        },
      ];

/** Each service of landfall.yml is run from there by a program of its name, all of one supervisord. */
const run = ({ path, services }: At, made: HandMade, where: string): readonly Problem[] => {
  const confs = new Set(services.flatMap(({ name }) => programOf(made, name)?.conf ?? []));
  const asked = made.supervisors.filter(({ conf }) => made.programs.some((one) => one.conf === conf));
  const silent = made.supervisors.filter((one) => !asked.includes(one));
  return [
    ...silent.map(({ user, conf }) => ({
      where,
      what: `programs that run from ${path} are minded by a supervisord of ${user} (${conf}), which cannot be asked`,
      next: `let this user run: supervisorctl -c ${conf} status`,
    })),
    ...services
      .filter(({ name }) => programOf(made, name) === undefined)
      .map(({ name }) => ({
        where,
        what: `no program ${name} of a supervisord runs from ${path}`,
        next: `name services as their programs are named${made.programs.length === 0 ? '' : `: ${[...new Set(made.programs.map(serviceOf))].join(', ')}`}`,
      })),
    ...(confs.size > 1
      ? [
          {
            where,
            what: `its programs are of several supervisords: ${[...confs].join(', ')}`,
            next: 'let one run all of them',
          },
        ]
      : []),
  ];
};

/** What else works there would be left with paths that lead elsewhere. */
const strangers = ({ path, services }: At, made: HandMade, where: string): readonly Problem[] => {
  const known = new Set(services.flatMap(({ name }) => programOf(made, name)?.pid ?? []));
  return made.processes
    .filter(({ main }) => !known.has(main))
    .map(({ pid, main, unit, command }) => {
      const program = made.programs.find((one) => one.pid === main);
      const by = program !== undefined ? `supervisor's ${program.program}` : unit === undefined ? 'no program' : unit;
      return {
        where,
        what: `process ${pid} (${command}) works in ${path}, and belongs to ${by}, which is none of the services`,
        next:
          program !== undefined
            ? `add it to services: { ${serviceOf(program)}: … }`
            : unit?.startsWith('user@') === false
              ? 'services that units run are not adopted: let programs of a supervisord of this user run them'
              : `end it: kill ${pid}`,
      };
    });
};
