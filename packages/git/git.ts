import { execFile } from 'node:child_process';
import { isUtf8 } from 'node:buffer';
import { fail, ok, type Fault, type Result } from '#fault';

/** git's own variables could lead it to another repository than the checkout's. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  LC_ALL: 'C',
  // reading must not write the index of a checkout that other steps use too
  GIT_OPTIONAL_LOCKS: '0',
});

/** A checkout that another user made (a container job's) is accepted; names are given as they are. */
export const settings = ['-c', 'safe.directory=*', '-c', 'core.quotePath=false'];

export const gitFault = (root: string, words: readonly string[], said: string): Fault => ({
  code: 'SOURCE_UNFIT',
  what: `\`git ${words.join(' ')}\` failed in ${root}`,
  said: said.trim().split('\n').slice(-5),
  next: 'Run actions/checkout before this step, in the same job, and see that git is installed on the runner.',
});

/**
 * Runs git in the checkout. Faults: `SOURCE_UNFIT` with git's last lines.
 */
export const git = (root: string, words: readonly string[], input?: Buffer): Promise<Result<Buffer>> =>
  new Promise((resolve) => {
    const child = execFile(
      'git',
      [...settings, '-C', root, ...words],
      { encoding: 'buffer', maxBuffer: 1 << 29, env: environment() },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(ok(stdout));
          return;
        }
        resolve(fail(gitFault(root, words, stderr.length === 0 ? error.message : stderr.toString('utf8'))));
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });

/** One line of what git says; undefined where it fails. */
export const said = async (root: string, words: readonly string[]): Promise<string | undefined> => {
  const answer = await git(root, words);
  return answer.ok ? answer.value.toString('utf8').trim() : undefined;
};

/** By the commit itself: the history of a shallow checkout would say that it has none. */
export const parentsOf = async (root: string, commit: string): Promise<readonly string[]> => {
  const [heads = ''] = ((await said(root, ['cat-file', 'commit', commit])) ?? '').split('\n\n');
  return heads.split('\n').flatMap((line) => (line.startsWith('parent ') ? [line.slice(7)] : []));
};

/** The parts of NUL-separated output. Names that are not UTF-8 are given as bytes. */
export const parts = (output: Buffer): readonly (string | Buffer)[] => {
  const found: (string | Buffer)[] = [];
  for (let from = 0; from < output.length;) {
    const to = output.indexOf(0, from);
    const part = output.subarray(from, to === -1 ? output.length : to);
    found.push(isUtf8(part) ? part.toString('utf8') : part);
    from = to === -1 ? output.length : to + 1;
  }
  return found;
};
