import type { FaultCode } from './codes.ts';

export { codes } from './codes.ts';
export type { FaultCode } from './codes.ts';

/** One thing wrong with what a person wrote: where it stands, what was expected there, and what comes nearest. */
export type Problem = {
  /** `input host-key`, or the path of a file in the checkout. */
  readonly where: string;
  readonly line?: number;
  readonly what: string;
  /** The line, command or key that mends it. */
  readonly next?: string;
  /** Only root can mend it on the host; the setup script does, too. */
  readonly root?: boolean;
};

/** What went wrong, for the person who has to mend it. `said` holds the last lines that the program said there. */
export type Fault = {
  readonly code: FaultCode;
  readonly what: string;
  readonly host?: string;
  readonly step?: string;
  readonly said: readonly string[];
  /** What to do next: an instruction, never empty. */
  readonly next: string;
  readonly problems?: readonly Problem[];
  /** A script for the host's root, where it makes what is missing: a person reads it and runs it there. */
  readonly setup?: string;
  readonly cause?: unknown;
};

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** A fault as a result. `said` and everything optional may be left out. */
export const fail = (fault: Omit<Fault, 'said'> & { said?: readonly string[] }): { ok: false; fault: Fault } => ({
  ok: false,
  fault: { said: [], ...fault },
});

/** Carries a fault up to the action's entry, which shows it. Never shown as a stack trace. */
export class Failure extends Error {
  readonly fault: Fault;
  constructor(fault: Omit<Fault, 'said'> & { said?: readonly string[] }) {
    super(`${fault.code}: ${fault.what}`);
    this.name = 'Failure';
    this.fault = { said: [], ...fault };
  }
}

/** The value, or a {@link Failure} that carries the fault. */
export const must = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Failure(result.fault);
};

/** Any thrown thing as a fault: a {@link Failure}'s own, else `INTERNAL`. */
export const faultOf = (thrown: unknown): Fault => {
  if (thrown instanceof Failure) return thrown.fault;
  // not instanceof Error: an error may come from another realm
  const { message = String(thrown), stack = '' } = (thrown ?? {}) as { message?: string; stack?: string };
  return {
    code: 'INTERNAL',
    what: message,
    said: stack
      .split('\n')
      .slice(1, 4)
      .map((line) => line.trim()),
    next: 'Please report this with the log of the run: it is a defect in Landfall.',
    cause: thrown,
  };
};
