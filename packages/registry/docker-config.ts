import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './types.ts';

/** What Docker's configuration file says about one registry. */
export type Configured = {
  readonly credentials?: Credentials;
  /** Why there are none, where the file has something that is not used; for people. */
  readonly unused?: string;
};

type File = {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string } | null>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
};

/** The names under which `docker login` keeps a registry: as it was given, and Docker Hub by its first address. */
const keysOf = (registry: string): readonly string[] =>
  registry === 'docker.io'
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io']
    : [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v1/`, `https://${registry}/v2/`];

/** Finds the login of a registry in the text of a `config.json`. Pure. */
export const credentialsIn = (text: string, registry: string): Configured => {
  let file: File;
  try {
    file = JSON.parse(text) as File;
  } catch {
    return { unused: 'Docker’s configuration file is no JSON, and is not used' };
  }
  const keys = keysOf(registry);
  const entry = keys.map((key) => file.auths?.[key]).find((one) => one !== undefined && one !== null);
  const decoded = Buffer.from(entry?.auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon > 0 && decoded.length > colon + 1)
    return {
      credentials: { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') },
    };
  const helper = keys.map((key) => file.credHelpers?.[key]).find((one) => one !== undefined) ?? (entry ? file.credsStore : undefined); // prettier-ignore
  if (helper !== undefined)
    return {
      unused: `Docker’s configuration keeps the login of ${registry} with the credential helper ${helper}, which is not asked: give a user name and a password`,
    };
  if (entry?.identitytoken !== undefined)
    return {
      unused: `Docker’s configuration has an identity token for ${registry}, which is not used: give a user name and a password`,
    };
  return {};
};

/** What `docker login` has left on this machine for a registry: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export const configured = (registry: string): Configured => {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  try {
    return credentialsIn(readFileSync(join(folder, 'config.json'), 'utf8'), registry);
  } catch {
    return {};
  }
};
