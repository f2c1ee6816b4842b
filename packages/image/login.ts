import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

type DockerConfig = {
  readonly auths?: Readonly<Record<string, unknown>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
};

export type Login = { readonly registry: string; readonly username: string; readonly password: string };

/** Docker Hub's name among logins, which is older than its registry's. */
const keyOf = (registry: string): string => (registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry);

/** Docker's configuration with one login more, which beats all that a helper or a store knows for that registry. Pure. */
export const withLogin = (config: DockerConfig, { registry, username, password }: Login): DockerConfig => ({
  ...config,
  auths: {
    ...config.auths,
    [keyOf(registry)]: { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  },
  // an empty helper is the file itself, where `credsStore` names another place for all
  credHelpers: { ...config.credHelpers, [keyOf(registry)]: '' },
});

/**
 * A folder for DOCKER_CONFIG with one login more, so that builds can read what that registry keeps: base images and cached layers.
 * All else there, builders and plugins, is that of the user. It is for the owner only, and must be deleted.
 */
export const loginFolder = (login: Login, temp: string): { readonly folder: string; readonly remove: () => void } => {
  const own = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const folder = mkdtempSync(join(temp, 'landfall-docker-'));
  chmodSync(folder, 0o700);
  for (const entry of entriesOf(own)) if (entry !== 'config.json') symlinkSync(join(own, entry), join(folder, entry));
  const config = JSON.stringify(withLogin(configOf(own), login));
  writeFileSync(join(folder, 'config.json'), config, { mode: 0o600 });
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const entriesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const configOf = (folder: string): DockerConfig => {
  try {
    return JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as DockerConfig;
  } catch {
    return {};
  }
};
