import { codes, fail, ok, type Fault, type Result } from '#fault';
import { exitCodes, type Program } from '#remote';
import type { Ending } from './attempt.ts';
import { noShell } from './no-shell.ts';

/** What to do about an exit code of the shared table. */
const nexts = {
  64: 'Please report this with the log of the run: it is a defect in Landfall.',
  69: 'Install on the host what the lines above name, then run again.',
  73: 'Look at space, inodes and rights on the host (`df -h`, `df -i`, `ls -ld`), then run again.',
  75: 'Wait until the other run is over, then run again.',
  77: 'Give the deploy user the right that the lines above name, then run again.',
  78: 'Look at the state with `sh <base>/.landfall/status` on the host.',
  79: 'Nothing was changed. Run again if this commit is still wanted.',
  80: 'The previous release serves. Find out what took so long, or raise `confirm-within`, then run again.',
  81: 'Wait until the other transaction is closed, then run again.',
} as const satisfies Record<keyof typeof exitCodes, string>;

const isShared = (code: number): code is keyof typeof exitCodes => Object.hasOwn(exitCodes, code);

/** What a program's end means. `name` is the program's, `why` what the connection said last. */
export const outcome = <In, Out>(
  at: { readonly host: string; readonly name: string; readonly why: string },
  program: Program<In, Out>,
  ending: Ending,
  said: readonly string[],
): Result<Out> => {
  const { host, name } = at;
  const fault = (code: Fault['code'], what: string, next: string, cause?: unknown): Result<never> =>
    fail({ code, host, step: name, what, said, next, ...(cause === undefined ? {} : { cause }) });
  const last = said.at(-1);
  switch (ending.kind) {
    case 'cancelled':
      return fault(
        'CANCELLED',
        program.interrupt === 'finish'
          ? `cancelled; \`${name}\` goes on on the host to its end`
          : `cancelled during \`${name}\``,
        'Run it again: it goes on from what is on the host.',
      );
    case 'timeout':
      return fault(
        'PROGRAM_TIMEOUT',
        `\`${name}\` did not end within ${Math.round(program.limitMs / 1000)} s and was ended`,
        'Read the lines above for what it waited for.',
      );
    case 'lost':
      return fault(
        'SSH_LOST',
        `the connection was lost during \`${name}\`: ${ending.why ?? at.why}`,
        program.interrupt === 'finish'
          ? 'The program may go on on the host: run again when the host answers, or look with `sh <base>/.landfall/status`.'
          : 'Run it again when the host answers.',
      );
    case 'no-shell':
      return { ok: false, fault: noShell(at, ending) };
    case 'broken':
      return fault(
        'INTERNAL',
        `what \`${name}\` was to be sent could not be read: ${ending.error.message}`,
        'Run it again.',
        ending.error,
      );
    case 'killed':
      return fault(
        'PROGRAM_DIED',
        `\`${name}\` was killed on the host (${ending.signal})`,
        'Look for the reason on the host, memory first: `dmesg | tail`, `free -m`. Then run it again.',
      );
    case 'exit':
      break;
  }
  const { code } = ending;
  if (code === 0) {
    try {
      return ok(program.out(ending.stdout));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return fault(
        'PROGRAM_FAILED',
        `\`${name}\` printed something else than it should: ${text}`,
        'Please report this with the log of the run.',
        error,
      );
    }
  }
  if (code === 1) return fault(program.fault, last ?? codes[program.fault], program.next);
  if (isShared(code))
    return fault(
      exitCodes[code].fault,
      last === undefined ? exitCodes[code].what : `${exitCodes[code].what}: ${last}`,
      nexts[code],
    );
  if (code > 128)
    return fault(
      'PROGRAM_DIED',
      `\`${name}\`, or something that it ran, was killed on the host (signal ${code - 128})`,
      'Look for the reason on the host, memory first: `dmesg | tail`, `free -m`. Then run it again.',
    );
  return fault(
    'PROGRAM_FAILED',
    `\`${name}\` ended with exit code ${code}${last === undefined ? '' : `: ${last}`}`,
    program.next,
  );
};
