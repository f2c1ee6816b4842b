import { posix } from 'node:path';
import type { Problem } from '#fault';

/** An uv.lock and what else decides what uv installs from it, by path. */
export type UvLock = { readonly files: ReadonlyMap<string, string>; readonly problems: readonly Problem[] };

/** Where a package of the lock comes from: `source = { registry = "https://…" }`. */
const source = /^source = \{ ([a-z]+) = "([^"]*)"/;

/** The project itself, whose code runs from the release, and members that are nothing but lists of dependencies. */
const notInstalled = (kind: string, from: string): boolean => from === '.' || kind === 'virtual';

const isLocal = (kind: string, from: string): boolean =>
  ['editable', 'directory', 'path'].includes(kind) || (kind === 'registry' && !/^[a-z]+:\/\//i.test(from));

/**
 * Reads an uv.lock of the checkout. `read` gives a file of the source, by path. Its pyproject.toml counts too, and an uv.toml beside
 * it: they hold uv's settings. A package from a local path is a problem, for its content is in no lock and the path does not last.
 */
export const uvLockOf = (path: string, read: (path: string) => string | undefined): UvLock => {
  const beside = (name: string): string => posix.join(posix.dirname(path), name);
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of [path, beside('pyproject.toml'), beside('uv.toml')]) {
    const text = read(file);
    if (text !== undefined) files.set(file, text);
    else if (file !== beside('uv.toml')) {
      problems.push({
        where: file,
        what: 'is not among the files that are deployed, and uv installs nothing without it',
        next: `Commit ${file}, or add it to \`include\`.`,
      });
    }
  }
  (files.get(path) ?? '').split(/\r?\n/).forEach((line, at) => {
    const [, kind = '', from = ''] = source.exec(line) ?? [];
    if (notInstalled(kind, from) || !isLocal(kind, from)) return;
    problems.push({
      where: path,
      line: at + 1,
      what: `a package from the local path ${from}: its content is in no lock, and the path does not last`,
      next: 'Publish it to an index, or put its folder on the import path of the application.',
    });
  });
  return { files, problems };
};
