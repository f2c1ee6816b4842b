import { shorten } from '#plan';
import type { Gate, Unchecked } from '#plan';

/** Of a gate that nobody asked for by name, and that something is unchecked of. */
const whole = 'checked in full';

/** What was asked for and was not seen is said in this many words. */
const most = 300;

const shown = (all: readonly Unchecked[]): string => {
  const [first, ...rest] = all.map(({ what }) => what);
  const text = `${first ?? ''}${rest.length === 0 ? '' : `, and ${rest.length} more`}`;
  return shorten(text, most);
};

/**
 * Gates with what was not checked of them: such a gate is at best incomplete. What is unchecked and has no gate gets one, for
 * nothing unchecked is passed over. `allowed`: names of gates that may be incomplete.
 */
export const withUnchecked = (
  gates: readonly Gate[],
  unchecked: readonly Unchecked[],
  allowed: readonly string[],
): readonly Gate[] => {
  const missing = Map.groupBy(unchecked, ({ by }) => by);
  const known = new Set(gates.map(({ name }) => name));
  const judged = gates.map((gate): Gate => {
    const these = missing.get(gate.name);
    if (these === undefined) return gate;
    const found = [gate.found, `not checked: ${shown(these)}`].filter((text) => text !== '').join('; ');
    return { ...gate, found, outcome: gate.outcome === 'failed' ? 'failed' : 'incomplete' };
  });
  const added = [...missing]
    .filter(([name]) => !known.has(name))
    .map(([name, these]): Gate => ({ name, outcome: 'incomplete', wanted: whole, found: shown(these) }));
  return [...judged, ...added].map((gate) =>
    gate.outcome === 'incomplete' && allowed.includes(gate.name) ? { ...gate, allowed: true } : gate,
  );
};
