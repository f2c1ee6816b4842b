const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A duration (ms) as people read it: `850 ms`, `3.2 s`, `2 min 5 s`, `1 h 4 min`. */
export const renderDuration = (ms: number): string => {
  const whole = Math.round(ms);
  if (whole < second) return `${whole} ms`;
  const tenths = Math.round(whole / 100) / 10;
  if (tenths < 60) return `${tenths} s`;
  const seconds = Math.round(whole / second);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(whole / minute);
  return pair(Math.floor((minutes * minute) / hour), 'h', minutes % 60, 'min');
};

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/**
 * An ISO 8601 instant as a clock shows it, in the zone that it was written in: `14:05 UTC on 2026-01-02`.
 * What is no such instant is given back as it is.
 */
export const renderInstant = (iso: string): string => {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.exec(iso);
  if (found === null) return iso;
  const [, day = '', time = '', zone = ''] = found;
  const utc = zone === 'Z' || /^[+-]00:?00$/.test(zone);
  return `${time} ${utc ? 'UTC' : `UTC${zone}`} on ${day}`;
};
