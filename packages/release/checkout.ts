import { execFile } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { createReadStream, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fail, ok, type Result } from '#fault';
import type { Entry } from './tree.ts';

/** Files up to this size are read in one piece. */
const small = 1 << 20;

/** What stands at a path of the checkout. */
export type Standing =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly pointer: boolean }
  | { readonly kind: 'absent' | 'folder' | 'other' }
  /** A symlink whose target is not UTF-8. */
  | { readonly kind: 'unnameable' };

/** git's own variables could lead it to another repository than the checkout's. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  LC_ALL: 'C',
  // reading must not write the index of a checkout that other steps use too
  GIT_OPTIONAL_LOCKS: '0',
});

/**
 * Runs git in the checkout. A checkout that another user made (a container job's) is accepted.
 * Faults: `SOURCE_UNFIT` with git's last lines.
 */
export const git = (root: string, words: readonly string[], input?: Buffer): Promise<Result<Buffer>> =>
  new Promise((resolve) => {
    const child = execFile(
      'git',
      ['-c', 'safe.directory=*', '-c', 'core.quotePath=false', '-C', root, ...words],
      { encoding: 'buffer', maxBuffer: 1 << 29, env: environment() },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(ok(stdout));
          return;
        }
        resolve(
          fail({
            code: 'SOURCE_UNFIT',
            what: `\`git ${words.join(' ')}\` failed in ${root}`,
            said: `${stderr.toString('utf8')}${stderr.length === 0 ? error.message : ''}`.trim().split('\n').slice(-5),
            next: 'Run actions/checkout before this step, in the same job, and see that git is installed on the runner.',
          }),
        );
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });

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

const streamed = async (file: string): Promise<string> => {
  const sum = createHash('sha256');
  await pipeline(createReadStream(file), sum);
  return sum.digest('hex');
};

/** What stands at `path`, hashed. A file that vanishes meanwhile is absent. */
export const standing = async (root: string, path: string): Promise<Standing> => {
  const file = join(root, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return { kind: 'absent' };
  if (stat.isDirectory()) return { kind: 'folder' };
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(file, 'buffer');
    if (!isUtf8(target)) return { kind: 'unnameable' };
    const entry = { type: 'l', hash: hash('sha256', target), path, bytes: 0, target: target.toString('utf8') } as const;
    return { kind: 'entry', entry, pointer: false };
  }
  if (!stat.isFile()) return { kind: 'other' };
  const type = (stat.mode & 0o100) === 0 ? 'f' : 'x';
  if (stat.size > small) {
    return { kind: 'entry', entry: { type, hash: await streamed(file), path, bytes: stat.size }, pointer: false };
  }
  const content = readFileSync(file);
  const pointer = content.length < 1024 && content.toString('latin1').startsWith('version https://git-lfs');
  return { kind: 'entry', entry: { type, hash: hash('sha256', content), path, bytes: content.length }, pointer };
};

/** Lets the connection that is being made meanwhile go on. */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** All files and symlinks below a folder of the checkout, without `.git`. Names that are not UTF-8 are given as bytes. */
export const below = (root: string, folder: string): readonly (string | Buffer)[] => {
  const stat = lstatSync(join(root, folder), { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [folder];
  return readdirSync(join(root, folder), { withFileTypes: true, encoding: 'buffer' }).flatMap((found) => {
    const name = found.name;
    if (!isUtf8(name)) return [Buffer.concat([Buffer.from(folder === '' ? '' : `${folder}/`), name])];
    const path = folder === '' ? name.toString('utf8') : `${folder}/${name.toString('utf8')}`;
    if (name.toString('utf8') === '.git') return [];
    return found.isDirectory() ? below(root, path) : [path];
  });
};
