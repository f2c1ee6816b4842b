import type { Check } from '#config';
import type { Cookie } from './cookies.ts';
import type { Answer } from './http.ts';
import { pick } from './json-path.ts';
import type { Select } from './json-path.ts';

/** A value taken from an answer, and the origin that gave it: it is sent to no other. */
export type Saved = { readonly value: string; readonly from: string; readonly secret: boolean };

/** What checks have saved so far, by name. Undefined: a check that should have saved it has not. */
export type SavedValues = Readonly<Record<string, Saved | undefined>>;

/** What is saved may be so long, in characters: it becomes part of addresses and headers. */
const longest = 4096;

/** Takes what a check saves from its answer, or says in words what is not there. Pure. */
export const save = (
  wanted: Check['save'],
  answer: Answer,
  { from, cookies, select }: { from: string; cookies: readonly Cookie[]; select: Select },
): { readonly values: SavedValues; readonly wrong: readonly string[] } => {
  const values: Record<string, Saved> = {};
  const wrong: string[] = [];
  for (const [name, { from: kind, at, secret }] of Object.entries(wanted)) {
    const found = sources[kind](at, answer, cookies, select);
    if (found === undefined) wrong.push(`expected to save {${name}}, found nothing at ${kind} ${at}`);
    else if (found.length > longest) wrong.push(`{${name}} would be longer than ${longest} characters`);
    else values[name] = { value: found, from, secret };
  }
  return { values, wrong };
};

type Find = (at: string, answer: Answer, cookies: readonly Cookie[], select: Select) => string | undefined;

const sources: Readonly<Record<Check['save'][string]['from'], Find>> = {
  json: (at, { body }, _, select) => {
    try {
      const found = pick(JSON.parse(body), at, select);
      const [first] = typeof found === 'string' ? [] : found;
      return ['string', 'number', 'boolean'].includes(typeof first) ? String(first) : undefined;
    } catch {
      return undefined;
    }
  },
  header: (at, { headers }) => headers[at.toLowerCase()],
  cookie: (at, _, cookies) => cookies.find(({ name }) => name === at)?.value,
  match: (at, { body }) => {
    const found = new RegExp(at, 'u').exec(body);
    return found?.[1] ?? found?.[0];
  },
};
