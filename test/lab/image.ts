import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { docker, labFolder, must, run } from './engine.ts';

/**
 * What a host of the lab is made of: `base`, Debian 13 with systemd and sshd; `services`, that with nginx, PostgreSQL, Redis, supervisor
 * and Python's venv.
 */
export type ImageName = 'base' | 'services';

const recipe = (name: string): string => readFileSync(join(import.meta.dirname, 'image', name), 'utf8');

const hashed = (name: ImageName | 'layer', ...texts: readonly string[]): string =>
  `landfall-lab-${name}:${createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12)}`;

const exists = async (tag: string): Promise<boolean> =>
  (await docker(['image', 'inspect', '--format', '.', tag])).code === 0;

const base = async (tag: string): Promise<void> => {
  mkdirSync(labFolder, { recursive: true });
  const folder = mkdtempSync(join(labFolder, 'base-'));
  try {
    await must(run(['sh', join(import.meta.dirname, 'image/base.sh'), folder]), 'debootstrap');
    // Started by a shell, for only that can join two programs.
    const pack = 'tar -C "$1" -c . | /usr/bin/docker -H "unix://$2" import -c \'CMD ["/sbin/init"]\' - "$3"';
    await must(run(['sh', '-c', pack, 'pack', folder, join(labFolder, 'docker.sock'), tag]), 'docker import');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/**
 * The tag of an image, which is made first where the engine does not have it: about 2 minutes, once for a recipe.
 * @param say is told before that
 * @param layer what is built on top of it: lines of a Dockerfile
 */
export const ensureImage = async (name: ImageName, say: (line: string) => void, layer?: string): Promise<string> => {
  if (layer === undefined) return plain(name, say);
  const below = await plain(name, say);
  const tag = hashed('layer', below, layer);
  if (!(await exists(tag))) {
    say('making an image of its own, once');
    await build(below, layer, tag);
  }
  return tag;
};

/** The build reaches Debian's archive as this machine does; hosts reach nothing. */
const build = (from: string, lines: string, tag: string): Promise<string> =>
  must(docker(['build', '--network', 'host', '--tag', tag, '-'], `FROM ${from}\n${lines}`), 'docker build');

const plain = async (name: ImageName, say: (line: string) => void): Promise<string> => {
  const baseTag = hashed('base', recipe('base.sh'));
  if (!(await exists(baseTag))) {
    say('making the image `base` by debootstrap, once');
    await base(baseTag);
  }
  if (name === 'base') return baseTag;
  const layer = recipe('services.dockerfile');
  const tag = hashed('services', baseTag, layer);
  if (!(await exists(tag))) {
    say('making the image `services`, once');
    await build(baseTag, layer, tag);
  }
  return tag;
};
