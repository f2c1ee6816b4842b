const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** How people write a duration: a whole number and its unit. A bare number is none: nobody agrees on its unit. */
export const durationForm = /^(\d+)(ms|s|m|h|d)$/;

/** `90s` in ms, or undefined where the text is not of {@link durationForm} or is longer than a year. */
export const readDuration = (text: string): number | undefined => {
  const [, count, unit] = durationForm.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * (units[unit] ?? Number.NaN);
  return ms <= 366 * (units.d ?? 0) ? ms : undefined;
};
