import { describe, test } from '@jest/globals';
import { found } from './found.ts';

export { found };

/** Tests that are skipped, with the reason in their titles, which `npm test` repeats at its end; undefined: nothing is in their way. */
export const unless = (why: string | undefined) => {
  const titled = (title: string) => (why === undefined ? title : `${title} [skipped: ${why}]`);
  return {
    test: (title: string, body: () => unknown, timeout?: number) => {
      (why === undefined ? test : test.skip)(
        titled(title),
        async () => {
          await body();
        },
        timeout,
      );
    },
    describe: (title: string, body: () => void) => {
      (why === undefined ? describe : describe.skip)(titled(title), body);
    },
  };
};

/** Tests that need programs of the machine: `needing('sshd').test('…', …)`. Where one is missing they are skipped. */
export const needing = (...programs: readonly string[]) => {
  const missing = programs.filter((program) => found(program) === undefined);
  return { missing, ...unless(missing.length === 0 ? undefined : `${missing.join(', ')} missing`) };
};
