import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findFiles } from './files.ts';

/** Tools whose downloads can be kept. */
export type PackageTool = 'pip' | 'uv' | 'npm';

/** What is kept of one tool, and under which key. */
export type PackageCache = {
  readonly tool: PackageTool;
  readonly paths: readonly string[];
  /** Of the tool, the system and all lock files: `landfall-pip-linux-debian12-x64-<hash>`. */
  readonly key: string;
  /** With which older ones begin that are better than nothing. */
  readonly prefix: string;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Files by which packages are chosen. */
const locks: Readonly<Record<PackageTool, readonly string[]>> = {
  pip: ['**/requirements*.txt', '**/requirements/*.txt', '**/constraints*.txt', '**/pyproject.toml'],
  uv: ['**/uv.lock', '**/requirements*.txt', '**/pyproject.toml'],
  npm: ['**/package-lock.json', '**/npm-shrinkwrap.json'],
};

/**
 * Where a tool keeps what it has downloaded: pip.pypa.io/en/stable/topics/caching, docs.astral.sh/uv/concepts/cache,
 * docs.npmjs.com/cli/configuring-npm/folders. It is not asked, for it may be installed by `prepare` only.
 */
export const cacheFolder = (tool: PackageTool, env: Environment, home: string, platform: NodeJS.Platform): string => {
  const cache = env.XDG_CACHE_HOME ?? join(home, '.cache');
  if (tool === 'npm') return env.npm_config_cache ?? env.NPM_CONFIG_CACHE ?? join(home, '.npm');
  if (tool === 'uv') return env.UV_CACHE_DIR ?? join(cache, 'uv');
  return env.PIP_CACHE_DIR ?? (platform === 'darwin' ? join(home, 'Library/Caches/pip') : join(cache, 'pip'));
};

/** Wheels that pip has built fit the system that they were built on: `linux-debian12-x64`. */
const systemName = (): string => {
  let release = '';
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    const of = (name: string): string => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
    release = `${of('ID')}${of('VERSION_ID')}`.replaceAll(/[^A-Za-z0-9.]/g, '');
  } catch {
    // no Linux
  }
  return [process.platform, release, process.arch].filter((part) => part !== '').join('-');
};

/** The cache of a tool for the lock files of a workspace; undefined where there are none. */
export const packageCache = async (tool: PackageTool, workspace: string): Promise<PackageCache | undefined> => {
  const found = (await Promise.all(locks[tool].map((pattern) => findFiles(workspace, pattern)))).flat();
  const files = [...new Set(found.filter(({ refused }) => refused === undefined).map(({ path }) => path))].sort();
  if (files.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const file of files) {
    const content = createHash('sha256')
      .update(readFileSync(join(workspace, file)))
      .digest('hex');
    hash.update(`${content}  ${file}\n`);
  }
  const prefix = `landfall-${tool}-${systemName()}-`;
  const folder = cacheFolder(tool, process.env, homedir(), process.platform);
  return { tool, paths: [folder], key: `${prefix}${hash.digest('hex').slice(0, 32)}`, prefix };
};
