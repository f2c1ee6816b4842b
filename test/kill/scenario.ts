import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programs, type Input, type ProgramName } from '#remote';
import { run, type Ran, type Target } from './target.ts';

/** A program at work on a host: what it finds, how it is called, and how the next run goes on after it was killed. */
export type Scenario = {
  readonly name: string;
  /** Makes what the program finds. */
  readonly before: (target: Target) => Promise<void> | void;
  /** The text that is killed, as `sh -c TEXT program ARGS`; or, `resident`, as the file <base>/.landfall/undo-killed. */
  readonly text: string;
  readonly resident?: true;
  readonly args: (target: Target) => readonly string[];
  readonly stdin?: Buffer;
  /** What the next run does. Not given: the same again. */
  readonly next?: (target: Target) => Promise<Ran>;
  /** `recover`, with which every action begins, brings either what was before or what was wanted too. */
  readonly recovers?: true;
  /** Kill only from the line that begins so on: what stands before is killed where the same program finds something else. */
  readonly from?: string;
  /** And only up to the line that begins so. */
  readonly to?: string;
  /** The user has a systemd that lingers; its HOME is `home` in the base. */
  readonly managed?: true;
  /** It also has root's program for units of the system, and sudo. */
  readonly rooted?: true;
  /** It has the same, without that program, and sudo lets it stop and start units. */
  readonly allowed?: true;
  /** The exit code of a run without a kill. */
  readonly code?: number;
};

/** Text and arguments of one of the table's programs. */
export const of = <P extends ProgramName>(
  program: P,
  input: (target: Target) => Input<P>,
): Pick<Scenario, 'text' | 'args'> => {
  const { text, args } = programs[program] as unknown as {
    text: string;
    args: (input: Input<P>) => readonly string[];
  };
  return { text, args: (target) => args(input(target)) };
};

/** The file that a resident program is played as, in the base. */
export const residentFile = '.landfall/undo-killed';

/** Runs the program of a scenario, or another text in its place. @param begun is told the pid of the program, which leads a group of its own */
export const execute = (
  target: Target,
  scenario: Scenario,
  text: string,
  begun?: (pid: number) => void,
): Promise<Ran> => {
  const args = scenario.args(target);
  const options = { whole: true, begun, ...(scenario.stdin === undefined ? {} : { stdin: scenario.stdin }) };
  if (scenario.resident === undefined) return run(target, [...target.shell, '-c', text, 'program', ...args], options);
  const file = join(target.base, residentFile);
  writeFileSync(file, text);
  return run(target, [...target.shell, file, ...args], options).finally(() => {
    rmSync(file, { force: true });
  });
};
