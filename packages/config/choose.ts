import type { Problem } from '#fault';
import { nearest } from '#plan';
import type { Place } from './validate.ts';

/** The keys of one target, not validated yet. */
export type Chosen = {
  readonly name: string;
  /** The top level's keys with the target's own in their place. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** Where in the file the key that counts stands. */
  readonly path: (key: string) => readonly string[];
  readonly problems: readonly Problem[];
};

/** The target that is meant: the named one, the only one, or `production` where the file names none. */
export const choose = (content: unknown, wanted: string | undefined, place: Place): Chosen => {
  // `test` is about the code, whatever target it goes to
  const { targets, test, ...top } = isMap(content) ? content : {};
  const all = isMap(targets) && Object.keys(targets).length > 0 ? targets : undefined;
  const names = Object.keys(all ?? { production: {} });
  const [only] = names;
  const name = wanted ?? (names.length === 1 ? only : undefined);
  const of = (found: string, problems: readonly Problem[]): Chosen => {
    const own = all !== undefined && Object.hasOwn(all, found) && isMap(all[found]) ? all[found] : {};
    const path = (key: string): string[] => (Object.hasOwn(own, key) ? ['targets', found, key] : [key]);
    return { name: found, keys: { ...top, ...own }, path, problems };
  };
  if (name === undefined) {
    const problem: Problem = {
      where: 'input target',
      what: `is missing: ${place.where} has the targets ${names.join(', ')}`,
      next: `name one of them: target: ${only ?? 'production'}`,
    };
    return of('', [problem]);
  }
  if (names.includes(name)) return of(name, []);
  const near = nearest(name, names);
  const problem: Problem = {
    where: 'input target',
    what: `there is no target ${name}`,
    next: near === undefined ? `targets: ${names.join(', ')}` : `did you mean ${near}?`,
  };
  return of(name, [problem]);
};

/** A YAML map. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
