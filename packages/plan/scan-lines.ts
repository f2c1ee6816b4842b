import { plain } from './markdown.ts';
import type { Gate, ScanReport } from './scan.ts';

/** How many failed tests are named. */
const most = 20;

/** Gates that did not pass, and the tests that failed, as plain text for the end of a log. */
export const scanLines = ({ gates, failures }: ScanReport): readonly string[] => {
  const line = ({ name, wanted, found, allowed }: Gate, mark: string): string =>
    `${mark} ${name}: ${found} (wanted: ${wanted})${allowed === true ? '; allowed' : ''}`;
  const failed = gates.filter(({ outcome }) => outcome === 'failed').map((gate) => line(gate, '✗ failed     '));
  const open = gates.filter(({ outcome }) => outcome === 'incomplete').map((gate) => line(gate, '? not checked'));
  const tests = failures.slice(0, most).map(({ suite, name, message }) => `    ${suite} ${name}: ${message}`);
  const more = failures.length > most ? [`    and ${failures.length - most} more tests`] : [];
  return [...failed, ...open, ...tests, ...more].map((text) => plain(text).replaceAll('\n', ' '));
};
