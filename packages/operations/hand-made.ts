import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found, HandMade, KeptProgram } from '#plan';
import { programProblems } from './hand-made-programs.ts';
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

const ranBy = (programs: readonly KeptProgram[]): string => {
  const names = [...new Set(programs.map(({ program }) => program))];
  const whose = programs.every(({ keeper }) => keeper === 'units') ? 'units' : "supervisor's";
  return names.length === 0 ? '' : ` (${whose} ${some(names)})`;
};

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
            mayRename(found.user, path, made.owners),
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
    ...programProblems(found.user, target, made),
  ];
};

/** Systemd gives these back to root at each boot (its tmpfiles.d/home.conf), unless a file that is read before that one says otherwise. */
const givenBack = ['/srv', '/home'];

/** The line for root by which a user may rename what is his in the directory above, after a reboot too. With `t` nobody may rename there what others have. */
export const mayWriteAbove = (user: string, path: string): string => {
  const parent = path.slice(0, path.lastIndexOf('/')) || '/';
  const group = `$(id -gn ${user})`;
  const now = `chgrp "${group}" ${parent} && chmod g+w,+t ${parent}`;
  if (!givenBack.includes(parent)) return now;
  return `${now} && echo "q ${parent} 1775 root ${group}" >/etc/tmpfiles.d/00-landfall.conf`;
};

const mayRename = (user: string, path: string, owners: { readonly path: string }): string =>
  owners.path === user
    ? `as root, until the deploy is confirmed: ${mayWriteAbove(user, path)}`
    : `only where the directory is ${user}'s, an installation is adopted: chown -R ${user}: ${path}`;

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
