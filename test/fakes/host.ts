import { fail } from '#fault';
import type { FaultCode, Result } from '#fault';
import type { Host, How } from '#host';
import { programs } from '#remote';
import type { Input, Output, ProgramName } from '#remote';

/** What each program does: a function of its input. A program that is not named here must not be run. */
export type Answers = {
  readonly [P in ProgramName]?: (input: Input<P>, how: How) => Result<Output<P>> | Promise<Result<Output<P>>>;
};

export type FakeHost = Host & {
  /** The programs that were run, in order; `beat` only once in a row. */
  readonly ran: () => readonly ProgramName[];
  /** The inputs of one program, in order. */
  readonly inputs: <P extends ProgramName>(program: P) => readonly Input<P>[];
};

/** A fault as a program's end gives it. */
export const fault = (code: FaultCode, what: string = code): Result<never> =>
  fail({ code, what, next: 'Do something about it.' });

/**
 * A host in memory that keeps to the port: nothing throws; nothing begins once it was closed or the signal was given; what cannot
 * be sent as arguments is refused.
 */
export const fakeHost = (answers: Answers): FakeHost => {
  const calls: { readonly program: ProgramName; readonly input: unknown }[] = [];
  let closed = false;
  const begin = <P extends ProgramName>(program: P, input: Input<P>, how: How): Result<Output<P>> | undefined => {
    if (closed) return fault('SSH_LOST', 'the host was closed');
    if (how.signal?.aborted === true) return fault('CANCELLED', `cancelled before ${program}`);
    const { args } = programs[program] as { args: (input: Input<P>) => readonly unknown[] };
    const words = args(input);
    if (!words.every((word) => typeof word === 'string' && !word.includes('\0')))
      return fault('INTERNAL', `${program}: no arguments: ${JSON.stringify(words)}`);
    calls.push({ program, input });
    return undefined;
  };
  return {
    name: 'deploy@example.org',
    run: async (program, input, how = {}) => {
      const refused = begin(program, input, how);
      if (refused !== undefined) return refused;
      const answer = answers[program];
      return answer === undefined ? fault('INTERNAL', `nobody expected ${program}`) : answer(input, how);
    },
    reach: () => Promise.resolve(fault('SSH_FORWARD', 'a host in memory has nothing inside')),
    serve: () => Promise.resolve(fault('SSH_FORWARD', 'a host in memory listens nowhere')),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    ran: () => calls.map(({ program }) => program).filter((one, at, all) => one !== 'beat' || all[at - 1] !== 'beat'),
    inputs: <P extends ProgramName>(program: P) =>
      calls.filter((call) => call.program === program).map(({ input }) => input as Input<P>),
  };
};
