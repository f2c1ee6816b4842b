/**
 * How long a server asks to be left alone, in ms: `Retry-After` of a 429 or 503, in seconds or as a date (counted from the
 * answer's own `Date`: clocks differ). Undefined where it asks for nothing. Pure.
 */
export const retryAfter = ({
  status,
  headers,
}: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}): number | undefined => {
  const text = headers['retry-after']?.trim();
  if ((status !== 429 && status !== 503) || text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2},/.test(text)) return undefined;
  const ms = Date.parse(text) - Date.parse(headers.date ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};
