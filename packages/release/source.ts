import { fail, must, ok, type Problem, type Result, Failure } from '#fault';
import { git, parts } from '#git';
import { fits, rootOf } from '#plan';
import type { Note } from '#plan';
import { below, breathe, standing } from './checkout.ts';
import { bytewise, hashOf, listOf, type Entry } from './tree.ts';
import { shown, unfit, unfitName } from './unfit.ts';

/** What is deployed: the commit's files as they are on disk, and the build output that was asked for. */
export type Source = {
  /** Where the checkout is. */
  readonly root: string;
  /** Full id of the checkout's HEAD. */
  readonly commit: string;
  /** Sorted bytewise by path. */
  readonly entries: readonly Entry[];
  readonly list: Buffer;
  readonly listHash: string;
  readonly bytes: number;
  readonly notes: readonly Note[];
};

export type SourceOptions = {
  readonly root: string;
  /** Patterns of build output, tracked, untracked or ignored. */
  readonly include: readonly string[];
  /** Patterns of files that stay away. */
  readonly exclude: readonly string[];
  /** Where the link to the environment will be in the release. */
  readonly venv?: string;
};

type Name = string | Buffer;

/**
 * Reads a checkout: tracked files (submodules too) as they are on disk, plus `include`, minus `exclude` and export-ignore.
 * Untracked files never travel unasked, `.git` never. Faults: `SOURCE_UNFIT` with a problem for each thing that cannot be deployed.
 */
export const readSource = async (options: SourceOptions): Promise<Result<Source>> => {
  try {
    return await read(options);
  } catch (thrown) {
    if (thrown instanceof Failure) return { ok: false, fault: thrown.fault };
    throw thrown;
  }
};

const read = async ({ root, include, exclude, venv }: SourceOptions): Promise<Result<Source>> => {
  const [head, tracked, changes] = await Promise.all([
    git(root, ['rev-parse', '--verify', 'HEAD']),
    git(root, ['ls-files', '-z', '--recurse-submodules']),
    git(root, ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames']),
  ]);
  const commit = must(head).toString('utf8').trim();
  const excluded = fits(exclude);
  const named = parts(must(tracked)).filter((path) => typeof path !== 'string' || !excluded(path));
  const ignored = await exportIgnored(root, named);
  const build = include.map((pattern) => ({ pattern, paths: matching(root, pattern) }));
  const built = new Set(
    build.flatMap(({ paths }) => paths).filter((path) => typeof path !== 'string' || !excluded(path)),
  );
  const wanted = new Set([...named.filter((path) => typeof path !== 'string' || !ignored(path)), ...built]);

  const problems: Problem[] = build
    .filter(({ paths }) => paths.length === 0)
    .map(({ pattern }) => unfit.include(pattern));
  const entries: Entry[] = [];
  const absent: string[] = [];
  let seen = 0;
  for (const path of wanted) {
    if (++seen % 64 === 0) await breathe();
    const problem = unfitName(path, venv);
    if (problem !== undefined || typeof path !== 'string') {
      if (problem !== undefined) problems.push(problem);
      continue;
    }
    const found = await standing(root, path);
    switch (found.kind) {
      case 'entry':
        if (found.pointer) problems.push(unfit.pointer(path));
        else entries.push(found.entry);
        break;
      case 'absent':
        absent.push(path);
        break;
      default:
        problems.push(unfit[found.kind](path));
    }
  }
  if (problems.length > 0) {
    return fail({
      code: 'SOURCE_UNFIT',
      what: `${problems.length} ${problems.length === 1 ? 'thing' : 'things'} in the checkout cannot be deployed`,
      problems,
      next: 'Mend each of these and run again; nothing was sent.',
    });
  }
  entries.sort((a, b) => bytewise(a.path, b.path));
  const list = listOf(entries);
  return ok({
    root,
    commit,
    entries,
    list,
    listHash: hashOf(list),
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    notes: notesOf(modified(must(changes)), absent),
  });
};

const matching = (root: string, pattern: string): readonly Name[] => {
  const match = fits([pattern]);
  return below(root, rootOf(pattern)).filter((path) => match(typeof path === 'string' ? path : shown(path)));
};

/** git answers for a path itself only; export-ignore on a folder, with or without a slash, holds for all below it. */
const exportIgnored = async (root: string, names: readonly Name[]): Promise<(path: string) => boolean> => {
  const asked = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string') continue;
    for (const path of ancestry(name)) asked.add(path);
  }
  const answer = must(
    await git(
      root,
      ['check-attr', '-z', '--stdin', 'export-ignore'],
      Buffer.from([...asked].map((path) => `${path}\0`).join('')),
    ),
  );
  const fields = parts(answer);
  const ignored = new Set<unknown>();
  for (let at = 0; at + 2 < fields.length; at += 3) if (fields[at + 2] === 'set') ignored.add(fields[at]);
  return ignored.size === 0 ? () => false : (path) => ancestry(path).some((one) => ignored.has(one));
};

/** The path, and each folder above it in both forms. */
const ancestry = (path: string): readonly string[] => {
  const found = [path];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
    found.push(path.slice(0, at), path.slice(0, at + 1));
  return found;
};

const modified = (status: Buffer): readonly string[] =>
  parts(status).map((line) => shown(typeof line === 'string' ? line.slice(3) : line.subarray(3)));

const few = (paths: readonly string[]): string =>
  paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');

const notesOf = (changed: readonly string[], absent: readonly string[]): readonly Note[] => {
  const away = absent.map(shown).filter((path) => !changed.includes(path));
  return [
    ...(changed.length === 0
      ? []
      : [
          {
            kind: 'warning',
            text: `tracked files differ from the commit and are deployed as they are on disk: ${few(changed)}`,
          } as const,
        ]),
    ...(away.length === 0
      ? []
      : [
          {
            kind: 'warning',
            text: `tracked files are not in the checkout (sparse?) and are not deployed: ${few(away)}`,
          } as const,
        ]),
  ];
};
