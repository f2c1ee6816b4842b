import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found } from '#plan';
import type { Lock } from '#release';

/**
 * Debian and Ubuntu have no package of uv; the index that pip asks has it. Its own folder keeps it apart from what the application
 * needs, and nothing of it is root's.
 */
const installUv =
  'python3 -m venv ~/.local/uv && ~/.local/uv/bin/pip install uv && mkdir -p ~/.local/bin && ln -s ~/.local/uv/bin/uv ~/.local/bin/uv';

/** What a host lacks to make a Python environment by this installer; undefined: the release needs none. */
export const pythonMissing = (
  { python, user }: Found,
  { python: { version }, host }: Pick<Target, 'python' | 'host'>,
  installer: Lock['installer'] | undefined,
): readonly Problem[] => {
  if (installer === undefined) return [];
  const where = `host ${host.name}`;
  return [
    ...(python.version === ''
      ? [
          {
            where,
            what: `missing program: ${version}`,
            next: `sudo apt-get install -y ${version} ${version}-venv`,
            root: true,
          },
        ]
      : []),
    ...(installer === 'pip' && python.version !== '' && python.pip === ''
      ? [
          {
            where,
            what: `${version} has no venv module`,
            next: `sudo apt-get install -y ${version}-venv`,
            root: true,
          },
        ]
      : []),
    ...(installer === 'uv' && python.uv === ''
      ? [
          {
            where,
            what: `missing program: uv, by which uv.lock is installed (looked for on the PATH and in ~/.local/bin of ${user})`,
            next: `as ${user}: ${installUv} (or name a requirements file in the key \`python.requirements\`)`,
          },
        ]
      : []),
  ];
};
