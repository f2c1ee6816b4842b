import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { renderDuration } from '#plan';
import type { Clock, CommandReport } from '#plan';
import { mostShown, printer } from './printer.ts';
import { runLine } from './process.ts';
import type { Closing, Ended, Line } from './process.ts';

/** A command by its name. Durations in ms. */
export type Command = Omit<Line, 'spool' | 'hear'> & {
  readonly name: string;
  readonly retries: number;
  /** Is done before each try. */
  readonly trying?: () => Promise<void>;
};

/** A command that was run. What its report makes of that is for those who read it. */
export type Ran = CommandReport & {
  readonly outcome: Exclude<CommandReport['outcome'], 'explained' | 'unclear'>;
  /** The file that holds all that its last try has said. */
  readonly output: string;
};

/** Where commands are run, and how they are told. */
export type Ground = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly show: (line: string) => void;
  /** Folds the lines that are shown until `body` has ended under a title. */
  readonly group: <T>(title: string, body: () => Promise<T>) => Promise<T>;
  /** A directory for outputs. */
  readonly temp: string;
};

/** Between two lines that say what still runs: ms. */
const beat = 15_000;

/** Runs commands in a workspace. What they have said is kept until `close`. */
export type Runner = {
  /** Runs lines one after the other, shown as they speak, until one fails. What they leave running runs until `close`. */
  readonly inOrder: (commands: readonly Command[]) => Promise<readonly Ran[]>;
  /** Runs all side by side. Each one's output is shown, folded, when it has ended; of a single one, as it speaks. */
  readonly sideBySide: (commands: readonly Command[]) => Promise<readonly Ran[]>;
  /** Ends what was left running, and deletes what was kept. */
  readonly close: () => Promise<void>;
};

/** Opens a place for commands. Each runs in a process group of its own, which ends with it, its time, or the signal. */
export const openRunner = (ground: Ground): Runner => {
  const { clock, signal, show, group, temp } = ground;
  const folder = mkdtempSync(join(temp, 'landfall-commands-'));
  const left: Closing[] = [];
  let files = 0;
  let printed = Promise.resolve();
  /** What is shown of different commands never mixes. */
  const inTurn = (body: () => Promise<void>): Promise<void> => (printed = printed.then(body));

  const attempt = async (command: Command, hear?: Line['hear']) => {
    const spool = join(folder, `${(files += 1)}`);
    const began = clock.now();
    const ended = await runLine({ ...command, spool, ...(hear === undefined ? {} : { hear }) }, signal);
    return { ...ended, spool, ms: Math.round(clock.now() - began) };
  };

  const print = (title: string, spool: string, last: readonly string[]): Promise<void> =>
    group(title, async () => {
      if (signal.aborted) {
        // there is no time for all of it
        last.forEach(show);
        return;
      }
      const lines = printer(show);
      for await (const chunk of createReadStream(spool, { end: mostShown })) lines.push(chunk as Buffer);
      lines.end(last, (await stat(spool)).size);
    });

  const one = async (command: Command, live: boolean, keep = false): Promise<Ran> => {
    const most = command.retries + 1;
    for (let tries = 1; ; tries++) {
      const title = `${command.name}: ${firstLine(command.line)}${tries === 1 ? '' : ` (try ${tries} of ${most})`}`;
      const lines = printer(show);
      await command.trying?.();
      const closing = live
        ? await group(title, async () => {
            const heard = await attempt(command, lines.push);
            lines.end(heard.tail);
            return heard;
          })
        : await attempt(command);
      if (keep) left.push(closing);
      const { ms, spool } = closing;
      const ended: Ended = keep ? closing : await closing.close();
      const { exit, tail } = ended;
      const outcome = outcomeOf(ended);
      const again = outcome === 'failed' && tries < most && !signal.aborted;
      const report = { name: command.name, ms, tries, exit, outcome, tail: outcome === 'passed' ? [] : tail };
      await inTurn(async () => {
        show(`${lineOf(report, command.timeout)}${again ? ': it is tried again' : ''}`);
        if (!live) await print(title, spool, tail);
      });
      if (!again) return { ...report, output: spool };
    }
  };

  return {
    inOrder: async (commands) => {
      const all: Ran[] = [];
      for (const command of commands) {
        const ran = await one(command, true, true);
        all.push(ran);
        if (ran.outcome !== 'passed') break;
      }
      return all;
    },
    sideBySide: async (commands) => {
      const running = new Set(commands.map(({ name }) => name));
      const began = clock.now();
      const all = Promise.all(
        commands.map(async (command) => {
          const ran = await one(command, commands.length === 1);
          running.delete(command.name);
          return ran;
        }),
      );
      const over = new AbortController();
      const telling = tell();
      try {
        return await all;
      } finally {
        over.abort();
        await telling;
      }
      async function tell(): Promise<void> {
        if (commands.length === 1) return;
        for (;;) {
          await clock.sleep(beat, over.signal);
          if (over.signal.aborted) return;
          await inTurn(() => {
            const still = [...running].join(', ');
            if (still !== '') show(`… ${renderDuration(clock.now() - began)}: still running: ${still}`);
            return Promise.resolve();
          });
        }
      }
    },
    close: async () => {
      await Promise.all(left.map(({ close }) => close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A command as a title has it: its first line that is not blank. */
export const firstLine = (command: string): string => {
  const [first = '', ...more] = command.trim().split('\n');
  return more.length === 0 ? first : `${first} …`;
};

/** What a line came to. One that was ended from outside has not passed, nor failed by itself, whatever it exits with. */
export const outcomeOf = ({ exit, cut }: Ended): Ran['outcome'] => cut ?? (exit === 0 ? 'passed' : 'failed');

/** `✓ unit (12.3 s)`, `✗ lint (1.2 s): exit code 1`. */
const lineOf = ({ name, ms, exit, outcome, tries, tail }: Omit<Ran, 'output'>, timeout: number): string => {
  const how = {
    passed: tries > 1 ? `: it passed at try ${tries}, so it is flaky` : '',
    failed: `: ${typeof exit === 'number' ? `exit code ${exit}` : exit}`,
    'timed-out': `: it did not end within ${renderDuration(timeout)} and was ended`,
    cancelled: ': it was ended, for the run is cancelled',
    flooded: `: ${tail.at(-1) ?? 'it was ended, for its output was not kept'}`,
  }[outcome];
  return `${outcome === 'passed' ? '✓' : '✗'} ${name} (${renderDuration(ms)})${how}`;
};
