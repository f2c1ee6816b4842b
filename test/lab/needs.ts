import { describe, test } from '@jest/globals';
import { found } from './found.ts';

export { found };

/**
 * Tests that need programs of the machine: `needing('sshd').test('…', …)`. Where one is missing they are skipped, and their
 * title says which; `npm test` repeats that at its end.
 */
export const needing = (...programs: readonly string[]) => {
  const missing = programs.filter((program) => found(program) === undefined);
  const titled = (title: string) =>
    missing.length === 0 ? title : `${title} [skipped: ${missing.join(', ')} missing]`;
  const run = missing.length === 0;
  return {
    missing,
    test: (title: string, body: () => unknown, timeout?: number) => {
      (run ? test : test.skip)(
        titled(title),
        async () => {
          await body();
        },
        timeout,
      );
    },
    describe: (title: string, body: () => void) => {
      (run ? describe : describe.skip)(titled(title), body);
    },
  };
};
