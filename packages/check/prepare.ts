import type { Check } from '#config';
import type { HttpRequest } from './http.ts';
import { fill, percentEncoded } from './placeholders.ts';
import type { Values } from './placeholders.ts';

/** What a check sends, or why it cannot be sent (in words, without values). */
export type Prepared =
  | { readonly ok: true; readonly request: Omit<HttpRequest, 'limit' | 'signal'> }
  | { readonly ok: false; readonly why: string };

/** The request of a check, with its `$NAME`s filled in and its path put behind the target's address. Pure. */
export const prepare = (check: Check, base: string | undefined, values: Values): Prepared => {
  const missing = new Set<string>();
  const put = (text: string): string => fill(text, values, missing);
  const address = absolute(fill(check.url, values, missing, percentEncoded), base);
  const sent = content(check, put);
  const headers = {
    ...(sent?.type === undefined ? {} : { 'content-type': sent.type }),
    ...Object.fromEntries(Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), put(value)])),
  };
  if (missing.size > 0) {
    const names = [...missing].map((name) => `$${name}`).join(', ');
    return { ok: false, why: `not sent: ${names} has no value; the input \`env\` lists the names that checks may use` };
  }
  if (address === undefined)
    return { ok: false, why: `not sent: there is no \`url\` that ${check.url} could be put behind` };
  if (!URL.canParse(address)) return { ok: false, why: `not sent: ${check.url} makes no valid address` };
  return {
    ok: true,
    request: {
      method: check.method,
      url: new URL(address),
      headers,
      ...(sent === undefined ? {} : { body: sent.body }),
    },
  };
};

/** A whole address as it is; a path behind the base. */
export const absolute = (address: string, base: string | undefined): string | undefined =>
  /^https?:\/\//i.test(address) ? address : base === undefined ? undefined : base.replace(/\/+$/, '') + address;

const content = (check: Check, put: (text: string) => string): { type: string; body: string } | undefined => {
  if (check.body !== undefined) return { type: 'text/plain; charset=utf-8', body: put(check.body) };
  if (check.form !== undefined) {
    const fields = Object.entries(check.form).map(([name, value]): [string, string] => [name, put(value)]);
    return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
  }
  if (check.data === undefined) return undefined;
  return {
    type: 'application/json',
    body: JSON.stringify(check.data, (_, value: unknown) => (typeof value === 'string' ? put(value) : value)),
  };
};
