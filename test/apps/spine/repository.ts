import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a commit changes: the new text of a file, or null for a file that goes. */
export type Change = Readonly<Record<string, string | null>>;

/** A git repository of the example application, checked out in `dir`. */
export type Repository = {
  readonly dir: string;
  /** Commits the change and returns the commit's full hash. `executable` names files of it that get the executable bit. */
  readonly commit: (subject: string, change: Change, executable?: readonly string[]) => string;
  /** Checks a commit out, as a job's checkout does: HEAD is detached. */
  readonly checkout: (commit: string) => void;
  readonly head: () => string;
};

/** Nothing of the machine's git configuration, and of a git that runs around us (a hook, say), reaches it. */
const isolated = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Grace',
  GIT_AUTHOR_EMAIL: 'grace@example.org',
  GIT_COMMITTER_NAME: 'Grace',
  GIT_COMMITTER_EMAIL: 'grace@example.org',
};

/** Makes the repository in `dir`, which must not exist, with one commit: an application's source (this one's) and, over it, `change`. */
export const makeRepository = (
  dir: string,
  { change = {}, source = join(import.meta.dirname, 'source') }: { change?: Change; source?: string } = {},
): Repository => {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', dir, ...words], {
      env: isolated,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const head = () => git('rev-parse', 'HEAD');
  const commit: Repository['commit'] = (subject, changed, executable = []) => {
    for (const [name, text] of Object.entries(changed)) {
      const file = join(dir, name);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file, { force: true });
      else writeFileSync(file, text);
    }
    for (const name of executable) chmodSync(join(dir, name), 0o755);
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', subject);
    return head();
  };
  const leftOvers = /(^|\/)(__pycache__|db\.sqlite3.*|staticfiles|media|\.env)$/;
  cpSync(source, dir, { recursive: true, filter: (file) => !leftOvers.test(file.slice(source.length)) });
  git('init', '--quiet', '--initial-branch=main');
  commit('Begin', change);
  return { dir, commit, checkout: (at) => void git('checkout', '--quiet', '--detach', at), head };
};
