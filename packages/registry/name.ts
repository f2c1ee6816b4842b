import { isDigest } from '#plan';
import type { ImageName } from './types.ts';

/** As Docker reads names: what has no registry is Docker Hub's, and official images are below `library/`. */
const hub = 'docker.io';

/** OCI distribution 1.1, "Pulling manifests". */
const tagForm = /^\w[\w.-]{0,127}$/;
const componentForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const registryForm =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

/** Only what looks like a host is a registry: `app/web` is a repository of Docker Hub. */
const namesRegistry = (first: string): boolean => /[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first);

/** Reads an image's name. All that is wrong with it is said at once; `problems` is empty then only when `name` is there. Pure. */
export const parseImageName = (text: string): { readonly name?: ImageName; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  if (text === '') return { problems: ['an image name is empty'] };
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0];
  const bare = scheme === undefined ? text : text.slice(scheme.length);
  if (scheme !== undefined) problems.push(`an image name begins with the registry, not with ${scheme}`);
  const [named = '', digest, ...more] = bare.split('@');
  if (more.length > 0) problems.push('an image name has one @ at most, before the digest');
  if (digest !== undefined && !isDigest(digest))
    problems.push(`${digest || 'nothing'} after @ is no digest: that is sha256: and 64 lowercase hex digits`);
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const registry = namesRegistry(first) ? first : hub;
  const rest = namesRegistry(first) ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const path = colon < 0 ? rest : rest.slice(0, colon);
  if (!registryForm.test(registry) || Number(/:(\d+)$/.exec(registry)?.[1] ?? 1) > 65_535)
    problems.push(`${registry} is no registry: a host name, perhaps with :port`);
  if (tag !== undefined && !tagForm.test(tag))
    problems.push(
      `${tag || 'nothing'} after : is no tag: letters, digits, _, . and -, beginning with none of . and -, at most 128`,
    );
  if (!path.split('/').every((one) => componentForm.test(one)))
    problems.push(
      `${path || 'nothing'} is no repository: lowercase letters and digits, divided by one of . _ __ - within each part, and / between parts`,
    );
  const repository = registry === hub && !path.includes('/') ? `library/${path}` : path;
  if (registry.length + repository.length + 1 > 255)
    problems.push('an image name has at most 255 characters before its tag');
  if (problems.length > 0) return { problems };
  return {
    name: {
      registry,
      repository,
      ...(tag === undefined ? {} : { tag }),
      ...(digest === undefined || !isDigest(digest) ? {} : { digest }),
    },
    problems,
  };
};

/** The whole name. The registry is written out, and `library/` is kept: every engine reads it as the same image. */
export const formatImageName = ({ registry, repository, tag, digest }: ImageName): string =>
  `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
