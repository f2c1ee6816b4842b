const units: readonly (readonly [ms: number, names: RegExp])[] = [
  [0.001, /^(?:usec|us|μs|µs)$/],
  [1, /^(?:msec|ms)$/],
  [1000, /^(?:seconds?|sec|s|)$/],
  [60_000, /^(?:minutes?|min|m)$/],
  [3_600_000, /^(?:hours?|hr|h)$/],
  [86_400_000, /^(?:days?|d)$/],
  [604_800_000, /^(?:weeks?|w)$/],
  [2_629_800_000, /^(?:months?|M)$/],
  [31_557_600_000, /^(?:years?|y)$/],
];

const part = /(\d+(?:\.\d+)?)\s*([a-zA-Zμµ]*)/g;

/** A span as systemd reads and shows it, `1min 30s`, or `90`, which is of seconds: ms. NaN: it is none. */
export const spanOf = (span: string): number => {
  if (span === 'infinity') return Infinity;
  const parts = [...span.matchAll(part)];
  if (parts.length === 0 || span.replaceAll(part, '').trim() !== '') return NaN;
  return parts.reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units.find(([, names]) => names.test(unit))?.[0] ?? NaN),
    0,
  );
};
