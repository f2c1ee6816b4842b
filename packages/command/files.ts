import { createReadStream, existsSync } from 'node:fs';
import { glob, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';

/** A file that fits a pattern. */
export type FoundFile = {
  /** Below the workspace, with `/`. */
  readonly path: string;
  /** Differs as soon as anybody has written to it: what it is on the disk, and when that was last changed there. */
  readonly stamp: string;
  /** It may not be read, and why. */
  readonly refused?: string;
};

/** Folders that no report is looked for in, unless it is named. */
const passed: ReadonlySet<string> = new Set(['node_modules', '.git', '.venv', 'venv']);

/**
 * The files of a workspace that fit a pattern, in order; `**` does not follow links, nor look into folders of packages. What a link
 * leads out of the workspace to, or is no regular file, is refused: a report is made where the commands run.
 */
export const findFiles = async (workspace: string, pattern: string): Promise<readonly FoundFile[]> => {
  const inside = `${await realpath(workspace)}${sep}`;
  const named = pattern.split('/');
  const exclude = (path: string): boolean => path.split(sep).some((name) => passed.has(name) && !named.includes(name));
  const found: FoundFile[] = [];
  for await (const path of glob(pattern, { cwd: workspace, exclude })) {
    const at = join(workspace, path);
    const real = await realpath(at).catch(() => undefined);
    if (real === undefined) continue;
    // whoever is still at work may take it away
    const about = await stat(real, { bigint: true }).catch(() => undefined);
    if (about === undefined) continue;
    const stamp = [about.ino, about.size, about.ctimeNs].join(' ');
    const file = { path: path.split(sep).join('/'), stamp };
    if (about.isDirectory() && path !== pattern) continue;
    if (!real.startsWith(inside)) found.push({ ...file, refused: 'leads out of the workspace' });
    else if (about.isFile()) found.push(file);
    else found.push({ ...file, refused: 'is no regular file' });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
};

/** A file's bytes, piece by piece. */
export const pieces = (path: string): AsyncIterable<Uint8Array> => createReadStream(path);

/** Of how many paths of a report it is asked where they lie. */
const asked = 2000;

/**
 * Where files lie, below the workspace, that a tool named relative to where it ran: in that of these folders which has most of them, the first of
 * equals; one that is not there, in the first that has it; one that is nowhere, as it is written.
 * @param written all that it named so
 */
export const placeBelow = (
  workspace: string,
  folders: readonly string[],
  written: ReadonlySet<string>,
): ((path: string) => string) => {
  const has = (folder: string, path: string): boolean => existsSync(join(workspace, folder, path));
  const some = [...written].slice(0, asked);
  const counts = new Map(folders.map((folder) => [folder, some.filter((path) => has(folder, path)).length]));
  const inOrder = [...counts].sort(([, a], [, b]) => b - a).map(([folder]) => folder);
  return (path) => {
    const folder = written.has(path) ? inOrder.find((one) => has(one, path)) : undefined;
    return folder === undefined ? path : posix.join(folder, path);
  };
};

/**
 * Places paths that are relative to one of several folders: below the first that has such a file, else where `otherwise` places it if it is
 * there; else it is named by the first folder.
 */
export const placeInSources = (
  workspace: string,
  sources: readonly string[],
  otherwise: (path: string) => string,
): ((path: string) => string) => {
  const there = (path: string): boolean => existsSync(join(workspace, path));
  const within = sources.filter((one) => !/^(?:\/|\.\.(?:\/|$))/.test(one));
  return (path) => {
    if (posix.isAbsolute(path)) return path;
    const placed = [...within.map((one) => posix.join(one, path)), otherwise(path)].find(there);
    return placed ?? posix.join(sources[0] ?? '.', path);
  };
};

/** Writes a file for the owner alone, with the folders above it. */
export const writeBytes = async (path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes, { mode: 0o600 });
};

/** The bytes of a file; undefined where it cannot be read. */
export const readBytes = (path: string): Promise<Uint8Array | undefined> => readFile(path).catch(() => undefined);
