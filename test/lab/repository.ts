/** Git repositories made for a test. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'protocol.file.allow=always'];

/** A fresh temporary folder, by its real path. */
export const folder = (name: string): string => realpathSync(mkdtempSync(join(tmpdir(), `landfall-${name}-`)));

export const remove = (path: string): void => {
  rmSync(path, { recursive: true, force: true });
};

export const write = (root: string, path: string, content: string | Buffer, mode = 0o644): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content, { mode });
};

export const git = (root: string, ...words: readonly string[]): string =>
  execFileSync('git', [...identity, '-C', root, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

let commits = 0;

/** Commits all that git does not ignore. Its id, which no other commit has, though both may be made in one second on the same one. */
export const commitAll = (root: string): string => {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', `test ${(commits += 1)}`);
  return git(root, 'rev-parse', 'HEAD');
};

/** A repository with these files, committed. */
export const repository = (files: Readonly<Record<string, string>>): string => {
  const root = folder('repository');
  git(root, 'init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) write(root, path, content);
  commitAll(root);
  return root;
};
