/** Where the registry answers that names without a registry mean (`docker.io`). */
const hubApi = 'registry-1.docker.io';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Only this machine hears what is said there. */
export const isLoopback = ({ hostname }: URL): boolean => loopback.test(hostname);

/**
 * Where a registry may answer, best first. Plain http is for loopback only, and there, as with Docker, after https has failed. Pure.
 * @param registry `host` or `host:port`
 */
export const originsOf = (registry: string): readonly URL[] => {
  const host = registry === 'docker.io' || registry === 'index.docker.io' ? hubApi : registry;
  const secure = new URL(`https://${host}`);
  return isLoopback(secure) ? [secure, new URL(`http://${host}`)] : [secure];
};

/** May a request be sent there, without or with a secret? */
export const isPrivate = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url);
