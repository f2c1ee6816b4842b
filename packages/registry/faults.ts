import { Failure } from '#fault';
import { explain, renderDuration } from '#plan';
import type { Received } from './http.ts';

const bodyLimit = 16_384;

/** What a registry said in an answer that is an error: a line for each (`{"errors":[{code,message}]}`), without these secrets. */
export const saidIn = async (
  { body }: Pick<Received, 'body'>,
  secrets: readonly string[],
): Promise<readonly string[]> => {
  let text = '';
  try {
    for await (const chunk of body) {
      text += (chunk as Buffer).toString('utf8');
      if (text.length > bodyLimit) break;
    }
  } catch {
    // what came until then
  }
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '***');
  try {
    const { errors, details } = JSON.parse(text) as {
      readonly errors?: readonly { readonly code?: string; readonly message?: string }[];
      readonly details?: string;
    };
    if (Array.isArray(errors))
      return errors.slice(0, 5).map(({ code, message }) => [code, message].filter(Boolean).join(': '));
    if (typeof details === 'string') return [details];
  } catch {
    // prose, or a page
  }
  return text.trimStart().startsWith('<') ? [] : text.split('\n', 5).map((line) => line.trim().slice(0, 300)).filter((line) => line !== ''); // prettier-ignore
};

/** Somebody is not let in, or may not do that. `hint`: what else a person should know about logins here. */
export const refused = (
  registry: string,
  user: string | undefined,
  what: string,
  said: readonly string[],
  hint?: string,
): Failure =>
  new Failure({
    code: 'REGISTRY_REFUSED',
    what: `${registry} ${what}`,
    said: [...said, ...(hint === undefined ? [] : [hint])],
    next:
      user === undefined
        ? `Give a user name and a password for ${registry}, or check the repository’s name: many registries answer so to what is not there.`
        : `Check the user name ${user} and its password for ${registry}, which is often a token that has ended, and that it has the right to this repository.`,
  });

/** To somebody who has a login: it is not there, or hidden. Registries do not tell which. */
export const hidden = (registry: string, user: string, what: string, said: readonly string[]): Failure =>
  new Failure({
    code: 'REGISTRY_REFUSED',
    what: `${registry} ${what}`,
    said,
    next: `Check the repository’s name, whether it must be made there first, and that the user ${user} may use it: many registries answer so to what may not be seen.`,
  });

/** It is not about who asks: the registry, or what stands before it, does not do this. */
export const declined = (registry: string, status: number, what: string, said: readonly string[]): Failure =>
  new Failure({
    code: 'REGISTRY_REFUSED',
    what: `${registry} ${what}`,
    said,
    next:
      status === 413
        ? `It is larger than ${registry}, or a proxy before it, takes: raise that limit (client_max_body_size of nginx), or make the layers of the image smaller.`
        : `${said.length === 0 ? 'It gave no reason: look into its log' : 'Look at what it said'}, and whether it allows this: limits of size, quotas, tags that may not be moved, methods that a proxy before it holds back.`,
  });

export const busy = (registry: string, asked: number | undefined, said: readonly string[]): Failure =>
  new Failure({
    code: 'REGISTRY_BUSY',
    what: `${registry} answers with 429, too many requests${asked === undefined ? '' : `, and asks to be left alone for ${renderDuration(asked)}`}`,
    said,
    next: 'Run it again later, or with a login: registries allow more to those whom they know.',
  });

export const failing = (registry: string, status: number, tries: number, said: readonly string[]): Failure =>
  new Failure({
    code: 'REGISTRY_UNREACHABLE',
    what: `${registry} answered with ${status}, ${tries} ${tries === 1 ? 'time' : 'times'}`,
    said,
    next: 'Run it again when the registry works.',
  });

export const unreachable = (error: unknown, host: string): Failure =>
  new Failure({
    code: 'REGISTRY_UNREACHABLE',
    what: explain(error, host),
    next: 'Check the registry’s name and port, and what stands between; then run it again.',
    cause: error,
  });

/** Something answers that is no registry, or that says what none may say. */
export const odd = (what: string, said: readonly string[] = []): Failure =>
  new Failure({
    code: 'REGISTRY_UNREACHABLE',
    what,
    said: said.map((line) => line.slice(0, 300)),
    next: 'Check that a registry answers there, and nothing in its place.',
  });

/** An address as a registry gives it, perhaps relative to its own. */
export const addressIn = (text: string, base: URL): URL => {
  if (URL.canParse(text, base.href)) return new URL(text, base);
  throw odd(`${base.host} sends on to what is no address`, [text]);
};

export const differs = (what: string, next?: string): Failure =>
  new Failure({
    code: 'IMAGE_DIFFERS',
    what,
    next:
      next ??
      'Run it again. If it says the same, what is kept there is damaged or was tampered with: push the image anew, and deploy the digest of that.',
  });

export const unknown = (what: string): Failure =>
  new Failure({
    code: 'IMAGE_UNKNOWN',
    what,
    next: 'Check the name and the digest of the image, and that it was pushed.',
  });

export const cancelled = (): Failure =>
  new Failure({ code: 'CANCELLED', what: 'cancelled while a registry was asked', next: 'Run it again.' });

/** Throws CANCELLED where nobody wants it any more. */
export const stopIf = (signal: AbortSignal): void => {
  if (signal.aborted) throw cancelled();
};
