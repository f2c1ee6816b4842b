import type { z } from 'zod';
import { bodies, checkKeys, methods } from './check-keys.ts';

type Keys = z.output<typeof checkKeys>;
type Say = (message: string, path?: PropertyKey[]) => void;

const flat = <T>(value: T | readonly T[] | undefined): readonly T[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** What a check may be but a request. */
const others = ['websocket', 'certificate'] as const;

const always: readonly (keyof Keys)[] = ['name', 'always', 'every', 'within'];
const ofWebSocket: readonly (keyof Keys)[] = [
  'send',
  'data',
  'close',
  'contains',
  'json',
  'status',
  'max',
  'headers',
  'session',
];
const ofCertificate: readonly (keyof Keys)[] = ['expires-after', 'issuer', 'max'];

/** Which keys go with which kind of check. */
const keysOf = {
  websocket: (key: keyof Keys) => always.includes(key) || ofWebSocket.includes(key),
  certificate: (key: keyof Keys) => always.includes(key) || ofCertificate.includes(key),
  http: (key: keyof Keys) => !['send', 'close', 'expires-after', 'issuer'].includes(key),
} as const;

/** What no single key of a check can tell. */
const rules = (value: Keys, say: Say): void => {
  const sent = methods.filter((verb) => value[verb] !== undefined);
  const begun = [...sent, ...others.filter((key) => value[key] !== undefined)];
  if (begun.length !== 1) say(`a check has exactly one of ${[...methods, ...others].join(', ')}`, begun.slice(1, 2));
  const [kind] = begun;
  const known = kind === 'websocket' || kind === 'certificate' ? keysOf[kind] : keysOf.http;
  for (const key of Object.keys(value) as (keyof Keys)[]) {
    const set = value[key] !== undefined && value[key] !== false && value[key] !== 'runner';
    if (set && kind !== undefined && key !== kind && !known(key)) say(`${key} says nothing about ${kind}`, [key]);
  }
  const given = bodies.filter((key) => value[key] !== undefined);
  const [, second] = given;
  if (second !== undefined && given.join() !== 'form,upload')
    say('a check sends one of body, form, data and file; upload goes alone or with form', [second]);
  if (given[0] !== undefined && (value.get ?? value.head) !== undefined) say('GET and HEAD send nothing', [given[0]]);
  if (value.redirect !== undefined && value.follow)
    say('a redirect that is followed cannot be checked; leave one out', ['follow']);
  if (value.head !== undefined && (value.contains ?? value.json) !== undefined)
    say('the answer to HEAD has no body', ['head']);
  if (value.send !== undefined && value.data !== undefined)
    say('a WebSocket check sends one of send and data', ['data']);
  if (value.socket !== undefined && value.from !== 'host') say('a socket is asked from: host', ['socket']);
  if (value.csrf !== undefined && value.session === undefined)
    say('a CSRF token belongs to a session: name one, and get the page of the form in it before', ['csrf']);
  for (const [name, { from }] of Object.entries(value.save ?? {}))
    if (value.head !== undefined && (from === 'json' || from === 'match'))
      say('the answer to HEAD has no body', ['save', name]);
};

/** The address of what is no request, in the form of a request's. */
const elsewhere = ({ websocket, certificate }: Keys): string => {
  if (typeof certificate === 'string') return `https://${certificate}/`;
  return websocket?.replace(/^ws/, 'http') ?? '/';
};

/** One check of `smoke`: a request, a WebSocket or a certificate, and what must be true of it. Durations in ms. */
export const check = checkKeys
  .check(({ value, issues }) => {
    rules(value, (message, path = []) => {
      issues.push({ code: 'custom', message, input: value, path });
    });
  })
  .transform((value) => {
    const verb = methods.find((name) => value[name] !== undefined) ?? 'get';
    return {
      name: value.name,
      method: verb.toUpperCase() as Uppercase<(typeof methods)[number]>,
      /** A path that begins with `/`, to be put behind the target's url, or a whole address. `$NAME` is not replaced yet. */
      url: value[verb] ?? elsewhere(value),
      /** Not a request, but a WebSocket to `url`, where `body` or `data` is its message. */
      websocket: value.websocket === undefined ? undefined : { close: value.close },
      /** Not a request, but the certificate of the server of `url`. */
      certificate:
        value.certificate === undefined
          ? undefined
          : { expiresAfter: value['expires-after'] ?? 0, issuer: value.issuer },
      headers: value.headers ?? {},
      /** What is sent: at most one of these, but `form` may go with `upload`. */
      body: value.body ?? value.send,
      form: value.form,
      data: value.data,
      file: value.file,
      upload: value.upload,
      session: value.session,
      csrf: value.csrf,
      /** What is saved of a right answer, by name. */
      save: value.save ?? {},
      /** Not given: any 2xx; with `redirect`, any 3xx. */
      status: flat(value.status),
      responseHeaders: value['response-headers'] ?? {},
      /** Header names that must be absent. */
      without: flat(value.without) ?? [],
      contains: flat(value.contains) ?? [],
      /** JSONPath (begins with `$`) or top-level member → the expected value. */
      json: value.json ?? {},
      redirect: value.redirect,
      /** A redirect that stays on the host of the request counts as success too: so in the check that is made when none is given. */
      ownRedirect: false as boolean,
      follow: value.follow,
      from: value.from,
      /** On the host. */
      socket: value.socket,
      /** ms; the longest time of one answer. */
      max: value.max,
      /** How many requests; 1 unless it is to be measured. */
      repeat: value.repeat ?? (value.p95 === undefined ? 1 : 20),
      /** ms; for 95 of 100 requests. */
      p95: value.p95,
      always: value.always,
      /** ms */
      every: value.every,
      /** ms */
      within: value.within,
    };
  });

/** One check of `smoke`, with every default filled in. Durations in ms. */
export type Check = z.infer<typeof check>;
