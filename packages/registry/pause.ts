import { retryAfter } from '#plan';

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>> };

const shortest = 500;
const longest = 15_000;
/** A registry that asks for less has not asked: ms. */
const least = 1000;

/** Statuses that may be gone the next time. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Codes of Node that the next try does not mend. */
const lasting = /^(?:ENOTFOUND|EPROTO|CERT_|CRL_|ERR_|UNABLE_|DEPTH_|SELF_|INVALID_CA|HPE_)/;

/** Seconds, or the time itself (seconds since 1970) as GitHub writes it. */
const untilReset = ({ headers }: Answer): number | undefined => {
  const [text = ''] = (headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'] ?? '').split(';');
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const given = Number(text) * 1000;
  if (given < 1e12) return given;
  const now = Date.parse(headers['date'] ?? '');
  return Number.isNaN(now) ? undefined : Math.max(0, given - now);
};

/** Longer from try to try, where nothing else is said: ms. Pure. */
export const backoff = (tries: number): number => Math.min(longest, shortest * 2 ** tries);

/** How long a registry asks to be left alone, ms; undefined: it asks for nothing, or for next to nothing (`Retry-After: 0`, a time that is over). Pure. */
export const pauseAsked = (came: Answer): number | undefined => {
  const asked = retryAfter(came) ?? (came.status === 429 ? untilReset(came) : undefined);
  return asked === undefined || asked < least ? undefined : asked;
};

/** How long to wait before asking once more, ms, never 0: nobody’s patience would end; undefined: asking again mends nothing. Pure. */
export const pauseAfter = (came: Answer | { readonly code: string }, tries: number): number | undefined => {
  if ('code' in came) return lasting.test(came.code) ? undefined : backoff(tries);
  if (!passing.has(came.status)) return undefined;
  return pauseAsked(came) ?? backoff(tries);
};
