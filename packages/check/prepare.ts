import type { Check, ReadFile } from '#config';
import { absolute, insideOf, originOf, sameShape } from './address.ts';
import { content } from './content.ts';
import type { HttpRequest } from './http.ts';
import { filler, percentEncoded } from './placeholders.ts';
import type { Values } from './placeholders.ts';
import type { SavedValues } from './saved.ts';

/** What a check sends, or why it cannot be sent (in words, without values). */
export type Prepared =
  | { readonly ok: true; readonly request: Omit<HttpRequest, 'limit' | 'signal'> }
  | { readonly ok: false; readonly why: string };

type Headers = Readonly<Record<string, string>>;

/** What a request is made of beside its check. */
export type Material = {
  readonly saved?: SavedValues;
  readonly read?: ReadFile;
  /** Between the parts of an upload: random. */
  readonly boundary?: string;
  /** The session's token for this server and the address of the page it is sent from, or why there is none. */
  readonly token?: (url: URL, headers: Headers) => { readonly value: string; readonly page: string } | string;
};

/** The request of a check, with its `$NAME`s and `{name}`s filled in and its path put behind the target's address. */
export const prepare = (
  check: Check,
  base: string | undefined,
  values: Values,
  { saved = {}, read = (path) => `${path} cannot be read here`, boundary = '-', token }: Material = {},
): Prepared => {
  const { fill, missing, used } = filler(values, saved);
  const no = (why: string): Prepared => ({ ok: false, why: `not sent: ${why}` });
  const written = Object.fromEntries(
    Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), fill(value)]),
  );
  const address = absolute(fill(check.url, percentEncoded), base);
  if (address === undefined) return no(`there is no \`url\` that ${check.url} could be put behind`);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // a socket has no certificate
  if (url !== undefined && check.socket !== undefined) url.protocol = 'http:';
  const harmless = Object.entries(saved).map(([name, value]) => [name, value && { ...value, value: 'x' }] as const);
  const plain = absolute(filler(values, Object.fromEntries(harmless)).fill(check.url, percentEncoded), base);
  if (
    url !== undefined &&
    (plain === undefined || !URL.canParse(plain) || !sameShape(new URL(address), new URL(plain)))
  )
    return no(`a value in ${check.url} would change where it leads`);

  const proof = url === undefined || check.csrf === undefined ? undefined : token?.(url, written);
  if (typeof proof === 'string') return no(proof);
  const guard = proof === undefined || check.csrf === undefined ? undefined : { ...check.csrf, ...proof };
  const wrong: string[] = [];
  const sent = content(check, fill, {
    read,
    boundary,
    extra: guard === undefined ? {} : { [guard.field]: guard.value },
    wrong,
  });
  const unsaved = [...missing].filter((name) => name.startsWith('{'));
  const unset = [...missing].filter((name) => name.startsWith('$'));
  if (unset.length > 0)
    return no(`${unset.join(', ')} has no value; the input \`env\` lists the names that checks may use`);
  if (unsaved.length > 0) return no(`${unsaved.join(', ')} was not saved by the check that should have`);
  const [problem] = wrong;
  if (problem !== undefined) return no(problem);
  if (url === undefined) return no(`${check.url} makes no valid address`);
  const place = originOf(url, written, insideOf(check));
  for (const [name, { from }] of used)
    if (from !== place) return no(`{${name}} came from ${from} and does not go to ${place}`);
  return {
    ok: true,
    request: {
      method: check.method,
      url,
      headers: {
        ...(guard === undefined ? {} : { [guard.header.toLowerCase()]: guard.value, referer: guard.page }),
        ...(sent === undefined ? {} : { 'content-type': sent.type }),
        ...written,
      },
      ...(sent === undefined ? {} : { body: sent.body }),
    },
  };
};
