import type { Problem } from '#fault';
import { readEnvFile } from '#release';
import type { Place } from './place.ts';
import type { Stage } from './stage.ts';

/** What checks and notices may use as `$NAME`. */
export type Variables = {
  readonly names: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
};

/** Those of the step's environment that `env` names, and those that `env-values` holds, which count where a name is in both. */
export const variablesOf = (
  { variables }: Pick<Stage, 'variables'>,
  place: Pick<Place, 'env' | 'env-values'>,
): Variables => {
  const where = 'input env-values';
  const read = readEnvFile(place['env-values'] ?? '', where);
  const given = read.ok ? read.value : [];
  const names = (place.env ?? []).filter((name) => !given.some((one) => one.name === name));
  const own = variables(names);
  const empty = given.flatMap(({ name, value }): Problem[] =>
    value === ''
      ? [{ where, what: `${name} is empty`, next: 'set the secret that it comes from, or take its line away' }]
      : [],
  );
  return {
    names: [...names, ...given.map(({ name }) => name)],
    values: { ...own.values, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) },
    problems: [...own.problems, ...(read.ok ? empty : (read.fault.problems ?? []))],
  };
};
