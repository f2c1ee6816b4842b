import { renderDuration } from '#plan';
import type { CommandReport, Gate } from '#plan';

/**
 * One gate for each command: it ended well, or as its tool does that found something. One that was not run is incomplete. What is
 * unclear is told by the gate of its tool.
 */
export const commandGates = (wanted: readonly string[], ran: readonly CommandReport[]): readonly Gate[] => {
  const seen = new Set(ran.map(({ name }) => name));
  const missing = wanted.filter((name) => !seen.has(name));
  return [
    ...ran
      .filter(({ outcome }) => outcome !== 'unclear')
      .map((command): Gate => ({
        name: `command ${command.name}`,
        outcome: command.outcome === 'passed' || command.outcome === 'explained' ? 'passed' : 'failed',
        wanted: 'ends well',
        found: endOf(command),
      })),
    ...missing.map((name): Gate => ({
      name: `command ${name}`,
      outcome: 'incomplete',
      wanted: 'ends well',
      found: 'it was not run',
    })),
  ];
};

const endOf = ({ outcome, exit, tries, ms }: CommandReport): string => {
  const code = typeof exit === 'number' ? `exit ${exit}` : exit;
  const end = {
    passed: code,
    failed: code,
    unclear: code,
    explained: `${code}, for what its tool found`,
    'timed-out': `not ended after ${renderDuration(ms)}`,
    cancelled: 'cancelled',
    flooded: 'ended: its output was too long, or could not be kept',
  }[outcome];
  return tries > 1 ? `${end}, at try ${tries}` : end;
};
