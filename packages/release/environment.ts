import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { fail, ok, type Result } from '#fault';
import { withoutLogin } from '#plan';
import { requirementsOf } from './requirements.ts';
import { uvLockOf } from './uv-lock.ts';

/** What a Python environment is built from. */
export type Lock = {
  /** What installs it on the host. */
  readonly installer: 'pip' | 'uv';
  /** The requirements file that pip gets, or the uv.lock, relative to the release. */
  readonly file: string;
  /** sha256 in hex over it and all that counts with it. */
  readonly lockHash: string;
  /** All files that count, by path. */
  readonly files: readonly string[];
  /** What is downloaded is compared with hashes in these files. */
  readonly hashed: boolean;
};

/** What of a host decides whether an environment fits it. */
export type PythonFacts = {
  readonly version: string;
  readonly platform: string;
  readonly libc: string;
  readonly pip: string;
  readonly uv: string;
};

/** Locks that nothing here installs, and the command that exports them. */
const exported = [
  ['poetry.lock', 'poetry export --format requirements.txt --output requirements.txt'],
  ['Pipfile.lock', 'pipenv requirements > requirements.txt'],
  ['pdm.lock', 'pdm export --prod --format requirements > requirements.txt'],
] as const;

export type LockOptions = {
  /** The key `python.requirements`. */
  readonly requirements?: string;
  /** Where manage.py is; `.`: the root. */
  readonly directory: string;
  /** A file of the source, by its path; undefined: it is not there. */
  readonly read: (path: string) => string | undefined;
};

const byUv = (path: string): boolean => posix.basename(path) === 'uv.lock';

/**
 * What the environment is built from: `python.requirements`, else what lies beside manage.py, else what lies at the root, uv.lock
 * before requirements.txt. undefined: the release needs none. Faults: `ENVIRONMENT_LOCK`.
 */
export const lockOf = ({ requirements, directory, read }: LockOptions): Result<Lock | undefined> => {
  const folders = [...new Set([posix.normalize(directory), '.'])];
  const named =
    requirements ??
    folders
      .flatMap((folder) => ['uv.lock', 'requirements.txt'].map((name) => posix.join(folder, name)))
      .find((file) => read(file) !== undefined);
  if (named === undefined) return withoutRequirements(folders, read);
  const path = posix.normalize(named);
  const { files, problems } = byUv(path) ? uvLockOf(path, read) : requirementsOf(path, read);
  if (problems.length > 0) {
    return fail({
      code: 'ENVIRONMENT_LOCK',
      what: `${named} names something that cannot be installed on a host as it is`,
      problems,
      next: 'Mend each of these lines and run again.',
    });
  }
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
  return ok({
    installer: byUv(path) ? 'uv' : 'pip',
    file: path,
    lockHash: hash.digest('hex'),
    files: [...files.keys()],
    hashed: byUv(path) || [...files.values()].some((text) => /\s--hash[= ]/.test(text)),
  });
};

const withoutRequirements = (folders: readonly string[], read: LockOptions['read']): Result<undefined> => {
  for (const folder of folders) {
    for (const [lock, command] of exported) {
      const file = posix.join(folder, lock);
      if (read(file) === undefined) continue;
      return fail({
        code: 'ENVIRONMENT_LOCK',
        what: `there is ${file}, but neither uv.lock nor requirements.txt, and nothing else is installed`,
        next: `Run \`${command}\` in ${folder === '.' ? 'the repository' : folder} and commit the file, or do so in a step before and add requirements.txt to \`include\`.`,
      });
    }
  }
  return ok(undefined);
};

/**
 * The name of an environment below `envs`: 16 hex digits over the lock, what of the host decides what is installed, and the address
 * of the index that it comes from, without user and password: two indexes may have two packages of one name and version.
 * @param index undefined: as pip or uv is set on the host
 */
export const environmentHash = (
  { lockHash, installer }: Pick<Lock, 'lockHash' | 'installer'>,
  { version, platform, libc, [installer]: by }: PythonFacts,
  index: string | undefined,
): string =>
  createHash('sha256')
    .update([lockHash, version, platform, libc, by, ...(index === undefined ? [] : [withoutLogin(index)])].join('\0'))
    .digest('hex')
    .slice(0, 16);
