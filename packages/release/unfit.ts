import type { Problem } from '#fault';

/** Names at the root of a release that Landfall itself makes. */
const reserved = ['RELEASE.json', '.landfall', '.env'];

/** A name as it is shown: printable, whatever its bytes. */
export const shown = (path: string | Buffer): string =>
  typeof path === 'string'
    ? JSON.stringify(path).slice(1, -1)
    : path.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '?');

/** What a name of the source says against its being deployed; `venv`: where the link to the environment will be. */
export const unfitName = (path: string | Buffer, venv: string | undefined): Problem | undefined => {
  if (typeof path !== 'string') {
    return { where: shown(path), what: 'its name is not UTF-8', next: 'Rename it.' };
  }
  const top = path.split('/', 1)[0] ?? path;
  if (path === '.env') {
    return {
      where: path,
      what: 'secrets in the repository, and Landfall writes its own .env into a release',
      next: 'git rm --cached .env; put its content into a secret and pass it as `env-file`, or into shared/.env on the host.',
    };
  }
  if (reserved.includes(top)) {
    return {
      where: shown(path),
      what: 'Landfall itself writes this into a release',
      next: 'Rename it, or `exclude` it.',
    };
  }
  if (venv !== undefined && (path === venv || path.startsWith(`${venv}/`))) {
    return {
      where: shown(path),
      what: 'the link to the Python environment belongs there',
      next: 'Remove it from git, or set `python.venv` to another name.',
    };
  }
  return undefined;
};

export const unfit = {
  pointer: (path: string): Problem => ({
    where: shown(path),
    what: 'a pointer of Git LFS, not the file itself',
    next: 'Set `lfs: true` on actions/checkout.',
  }),
  folder: (path: string): Problem => ({
    where: shown(path),
    what: 'an empty submodule',
    next: 'Set `submodules: recursive` on actions/checkout, or `exclude` it.',
  }),
  unnameable: (path: string): Problem => ({
    where: shown(path),
    what: 'a symlink whose target is not UTF-8',
    next: 'Rename the target.',
  }),
  other: (path: string): Problem => ({
    where: shown(path),
    what: 'neither a file nor a symlink',
    next: 'Remove it, or `exclude` it.',
  }),
  include: (pattern: string): Problem => ({
    where: `include ${pattern}`,
    what: 'fits no file of the checkout',
    next: 'Run the build step before this one, or take the pattern out of `include`.',
  }),
} as const;
