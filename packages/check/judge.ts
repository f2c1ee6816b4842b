import { isDeepStrictEqual } from 'node:util';
import type { Check } from '#config';
import { renderDuration } from '#plan';
import type { Answer } from './http.ts';
import { pick } from './json-path.ts';
import type { Select } from './json-path.ts';

/** What an answer is judged with, beside the check. */
export type Bench = {
  /** The address that gave this answer. */
  readonly url: URL;
  /** The whole address that `redirect` names, where it is given. */
  readonly redirect?: string;
  /** The name that the request asked for: its `Host` header, else the address's. */
  readonly host: string;
  /** Only called for keys of `json` that begin with `$`. */
  readonly select: Select;
  /** Takes secret values out of what is shown of the answer. */
  readonly scrub: (text: string) => string;
};

/** What is wrong with an answer, each with what was expected and what was found; nothing when it is as the check wants it. Pure. */
export const judge = (check: Check, answer: Answer, bench: Bench): readonly string[] => {
  const ofHead = [...status(check, answer, bench), ...redirect(check, answer, bench), ...headers(check, answer, bench)];
  const ofBody = judgeBody(check, answer, bench);
  const late =
    check.max !== undefined && answer.ms > check.max
      ? [`expected an answer within ${renderDuration(check.max)}, it took ${renderDuration(answer.ms)}`]
      : [];
  const wrong = [...ofHead, ...ofBody, ...late];
  const shows = ofBody.length > 0 || !accepted(check, answer, bench);
  return shows && answer.body.trim() !== '' ? [...wrong, `the body: ${excerpt(answer.body, bench)}`] : wrong;
};

/** What is wrong with a body, or with a message. */
export const judgeBody = (check: Check, answer: Pick<Answer, 'body' | 'cut'>, bench: Bench): readonly string[] => [
  ...contains(check, answer),
  ...json(check, answer, bench),
];

/** Whether the status is one that the check wants. */
export const accepted = (check: Check, { status: found, headers: { location } }: Answer, bench: Bench): boolean => {
  if (check.status !== undefined) return check.status.includes(found);
  const redirects = found >= 300 && found < 400;
  if (check.redirect !== undefined) return redirects;
  return (found >= 200 && found < 300) || (check.ownRedirect && redirects && staysHome(location, bench));
};

const status = (check: Check, answer: Answer, bench: Bench): string[] => {
  if (accepted(check, answer, bench)) return [];
  const wanted =
    check.status?.join(' or ') ??
    (check.redirect !== undefined ? '3xx' : check.ownRedirect ? '2xx, or a redirect to the same host' : '2xx');
  const { location } = answer.headers;
  const to = location === undefined || check.redirect !== undefined ? '' : ` to ${excerpt(location, bench)}`;
  return [`expected status ${wanted}, found ${answer.status}${to}`];
};

/** The same name; another port only where the scheme changes too (http to https). */
const staysHome = (location: string | undefined, { url, host }: Bench): boolean => {
  if (location === undefined) return false;
  const asked = new URL(`${url.protocol}//${host}`);
  if (!URL.canParse(location, asked.href)) return false;
  const to = new URL(location, asked);
  return to.hostname === asked.hostname && (to.port === asked.port || to.protocol !== asked.protocol);
};

const redirect = (check: Check, { status: found, headers: { location } }: Answer, bench: Bench): string[] => {
  if (check.redirect === undefined || found < 300 || found >= 400) return [];
  const asked = new URL(bench.url.pathname, `${bench.url.protocol}//${bench.host}`);
  const to = location !== undefined && URL.canParse(location, asked.href) ? new URL(location, asked).href : undefined;
  const wanted = bench.redirect ?? check.redirect;
  const same = to !== undefined && [wanted, new URL(wanted, asked).href].includes(to);
  return same
    ? []
    : [
        `expected a redirect to ${check.redirect}, found ${location === undefined ? 'no Location' : excerpt(location, bench)}`,
      ];
};

const headers = (check: Check, answer: Answer, bench: Bench): string[] => [
  ...Object.entries(check.responseHeaders).flatMap(([name, wanted]) => {
    const found = answer.headers[name.toLowerCase()];
    if (found === wanted) return [];
    return [`expected header ${name}: ${wanted}, found ${found === undefined ? 'none' : excerpt(found, bench)}`];
  }),
  ...check.without.flatMap((name) => {
    const found = answer.headers[name.toLowerCase()];
    return found === undefined ? [] : [`expected no header ${name}, found ${excerpt(found, bench)}`];
  }),
];

const contains = (check: Check, { body, cut }: Pick<Answer, 'body' | 'cut'>): string[] =>
  check.contains
    .filter((text) => !body.includes(text))
    .map(
      (text) => `expected ${JSON.stringify(text)} in the body, found it nowhere${cut ? ' in its first megabyte' : ''}`,
    );

const json = (check: Check, { body, cut }: Pick<Answer, 'body' | 'cut'>, bench: Bench): string[] => {
  const wanted = Object.entries(check.json);
  if (wanted.length === 0) return [];
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return [
      `expected JSON, found ${cut ? 'more than a megabyte' : body.trim() === '' ? 'an empty body' : 'something else'}`,
    ];
  }
  return wanted.flatMap(([key, value]) => {
    const found = pick(document, key, bench.select);
    if (typeof found === 'string') return [found];
    // A path may select several values: then the whole list is meant, or the one that there is.
    if (isDeepStrictEqual(found.length === 1 ? found[0] : undefined, value)) return [];
    if (key.startsWith('$') && found.length > 0 && isDeepStrictEqual(found, value)) return [];
    const shown =
      found.length === 0 ? 'nothing there' : excerpt(JSON.stringify(found.length === 1 ? found[0] : found), bench);
    return [`expected ${key} = ${JSON.stringify(value)}, found ${shown}`];
  });
};

/** At most 200 characters, on one line. Scrubbed before it is cut: half a secret is one too. */
export const excerpt = (text: string, { scrub }: Pick<Bench, 'scrub'>): string => {
  const line = scrub(text).replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
};
