import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { endProcessesBelow } from '../lab/processes.ts';
import { needing } from '../lab/needs.ts';
import { heldAtEachLine } from './held.ts';
import { readState, whatIsSeen } from './host.ts';
import { killing } from './mutant.ts';
import { execute, type Scenario } from './scenario.ts';
import { makeTarget } from './target.ts';

const text = `main() {
  cd "$1"
  echo one >one
  for name in a b c; do
    echo "$name" >>all
  done
  (setsid sh -c 'echo here >here; sleep 1000' >/dev/null 2>&1 3>&- &)
  until [ -e here ]; do :; done
  echo two >two
}
main "$@"
`;

const scenario: Scenario = {
  name: 'one that leaves something at work',
  before: () => undefined,
  text,
  args: ({ base }) => [base],
};

needing('dash', 'busybox', 'setsid').describe('a program that is held at its lines', () => {
  for (const shell of [['dash'], ['busybox', 'sh']])
    needing().test(`${shell.join(' ')}: shows there what a kill leaves`, async () => {
      const root = mkdtempSync(join(tmpdir(), 'held-'));
      const target = makeTarget(shell, undefined, root);
      const anew = (): void => {
        rmSync(target.base, { recursive: true, force: true });
        mkdirSync(target.base, { recursive: true });
      };
      try {
        anew();
        const { ran, held } = await heldAtEachLine(target, scenario, new Map([[3, 1], [5, 2], [9, 1]])); // prettier-ignore
        expect(ran.code).toBe(0);
        expect(held.map(({ line, visit }) => [line, visit])).toEqual([[3, 1], [5, 1], [5, 2], [9, 1]]); // prettier-ignore
        expect(new Set(held.map(({ left }) => left)).size).toBe(4);
        // what is out of its group is not ended with it: nobody knows what a kill would leave
        expect(held.map(({ left }) => left === undefined)).toEqual([false, false, false, true]);
        await endProcessesBelow(root);
        for (const { line, visit, left } of held.slice(0, 3)) {
          anew();
          const { signal } = await execute(target, scenario, killing(text, line, visit));
          expect(signal).toBe('SIGKILL');
          expect(whatIsSeen(readState(target))).toBe(left);
        }
      } finally {
        await endProcessesBelow(root);
        rmSync(root, { recursive: true, force: true });
      }
    });
});
