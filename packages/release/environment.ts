import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { fail, ok, type Result } from '#fault';
import { requirementsOf } from './requirements.ts';

/** What a Python environment is built from. */
export type Lock = {
  /** The file that pip gets, relative to the release. */
  readonly requirements: string;
  /** sha256 in hex over it and all that it includes. */
  readonly lockHash: string;
  /** All files that count, by path. */
  readonly files: readonly string[];
  /** Every requirement carries hashes, so pip checks what it downloads. */
  readonly hashed: boolean;
};

/** What of a host decides whether an environment fits it. */
export type PythonFacts = {
  readonly version: string;
  readonly platform: string;
  readonly libc: string;
  readonly pip: string;
};

/** Locks that pip does not install, and the command that exports them. */
const exported = [
  ['uv.lock', 'uv export --format requirements-txt --no-dev > requirements.txt'],
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

/**
 * What the environment is built from: `python.requirements`, else requirements.txt beside manage.py, else at the root.
 * undefined: the release needs none. Faults: `ENVIRONMENT_LOCK`.
 */
export const lockOf = ({ requirements, directory, read }: LockOptions): Result<Lock | undefined> => {
  const folders = [...new Set([posix.normalize(directory), '.'])];
  const path =
    requirements ??
    folders.map((folder) => posix.join(folder, 'requirements.txt')).find((file) => read(file) !== undefined);
  if (path === undefined) return withoutRequirements(folders, read);
  const { files, problems } = requirementsOf(posix.normalize(path), read);
  if (problems.length > 0) {
    return fail({
      code: 'ENVIRONMENT_LOCK',
      what: `${path} names something that cannot be installed on a host as it is`,
      problems,
      next: 'Mend each of these lines and run again.',
    });
  }
  const hash = createHash('sha256');
  for (const [name, text] of files) hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
  return ok({
    requirements: posix.normalize(path),
    lockHash: hash.digest('hex'),
    files: [...files.keys()],
    hashed: [...files.values()].some((text) => /\s--hash[= ]/.test(text)),
  });
};

const withoutRequirements = (folders: readonly string[], read: LockOptions['read']): Result<undefined> => {
  for (const folder of folders) {
    for (const [lock, command] of exported) {
      const file = posix.join(folder, lock);
      if (read(file) === undefined) continue;
      return fail({
        code: 'ENVIRONMENT_LOCK',
        what: `there is ${file}, but no requirements.txt, and pip installs nothing else`,
        next: `Run \`${command}\` in ${folder === '.' ? 'the repository' : folder} and commit the file, or do so in a step before and add requirements.txt to \`include\`.`,
      });
    }
  }
  return ok(undefined);
};

/** The name of an environment below `envs`: 16 hex digits over the lock and what of the host decides what pip installs. */
export const environmentHash = (
  { lockHash }: Pick<Lock, 'lockHash'>,
  { version, platform, libc, pip }: PythonFacts,
): string =>
  createHash('sha256').update([lockHash, version, platform, libc, pip].join('\0')).digest('hex').slice(0, 16);
