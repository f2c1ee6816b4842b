import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, engineMissing, must } from './engine.ts';

/**
 * What a host of the lab is made of: `base`, Debian 13 with systemd and sshd; `services`, that with nginx, PostgreSQL, Redis, supervisor,
 * gettext and Python's venv.
 */
export type ImageName = 'base' | 'services';

const recipe = (name: string): string => readFileSync(join(import.meta.dirname, 'image', name), 'utf8');

export const hashed = (name: ImageName | 'layer' | 'buildkit', ...texts: readonly string[]): string =>
  `landfall-lab-${name}:${createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12)}`;

export const imageExists = async (tag: string): Promise<boolean> =>
  (await docker(['image', 'inspect', '--format', '.', tag])).code === 0;

/** The image that all begin with. Only root can make it, which scripts/lab does. */
export const baseTag = hashed('base', recipe('base.sh'));

/** Why no host can be started here; undefined: one can. */
export const labMissing = async (): Promise<string | undefined> =>
  (await engineMissing()) ??
  ((await imageExists(baseTag)) ? undefined : `the lab has no image ${baseTag}, which scripts/lab makes as root`);

/** The build reaches Debian's archive as this machine does; hosts reach nothing. */
const build = (from: string, lines: string, tag: string): Promise<string> =>
  must(docker(['build', '--network', 'host', '--tag', tag, '-'], `FROM ${from}\n${lines}`), 'docker build');

const plain = async (name: ImageName, say: (line: string) => void): Promise<string> => {
  if (name === 'base') return baseTag;
  const layer = recipe('services.dockerfile');
  const tag = hashed('services', baseTag, layer);
  if (!(await imageExists(tag))) {
    say('making the image `services`, once');
    await build(baseTag, layer, tag);
  }
  return tag;
};

const make = async (name: ImageName, say: (line: string) => void, layer: string | undefined): Promise<string> => {
  const below = await plain(name, say);
  if (layer === undefined) return below;
  const tag = hashed('layer', below, layer);
  if (!(await imageExists(tag))) {
    say('making an image of its own, once');
    await build(below, layer, tag);
  }
  return tag;
};

const made = new Map<string, Promise<string>>();

/**
 * The tag of an image, which is made first where the engine does not have it: about a minute, once for a recipe, however many hosts
 * are asked for at the same time.
 * @param say is told before that
 * @param layer what is built on top of it: lines of a Dockerfile
 */
export const ensureImage = (name: ImageName, say: (line: string) => void, layer?: string): Promise<string> => {
  const key = `${name}\n${layer ?? ''}`;
  const making = made.get(key) ?? make(name, say, layer);
  made.set(key, making);
  return making;
};
