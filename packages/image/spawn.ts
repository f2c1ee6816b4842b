import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** ms that a program has between being asked to end and being killed: a cancelled step has 5 s for all. */
const patience = 2500;

export type Ran = { readonly exit: number | string; readonly stdout: string };

/**
 * What children do not get of the step's environment: inputs, kept state, the way to the run's identity, and the files by which a step commands
 * the runner. The other `ACTIONS_*` stay: buildx reaches the Actions cache by them.
 */
const withheld = /^(?:INPUT_|STATE_|ACTIONS_ID_TOKEN_|GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$)/;

const environment = (own: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !withheld.test(name))),
  ...own,
});

/**
 * Runs a program in a process group of its own, to its end. Lines of its stderr are heard as they come. When the signal fires the group
 * is asked to end, and killed 2.5 s later. Nothing is thrown: a program that is not there ends with `ENOENT`.
 */
export const runProgram = (
  argv: readonly [string, ...string[]],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
    readonly hear?: (line: string) => void;
  },
): Promise<Ran> =>
  new Promise((resolve) => {
    const [program, ...words] = argv;
    const { cwd, env, signal, hear } = options;
    if (signal.aborted) {
      resolve({ exit: 'SIGTERM', stdout: '' });
      return;
    }
    const child = spawn(program, words, {
      cwd,
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const strike = (by: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, by);
      } catch {
        // it is gone
      }
    };
    let killing: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      strike('SIGTERM');
      killing = setTimeout(strike, patience, 'SIGKILL');
    };
    const atExit = (): void => {
      strike('SIGKILL');
    };
    signal.addEventListener('abort', cancel, { once: true });
    process.once('exit', atExit);
    const lines = createInterface({ input: child.stderr, crlfDelay: Infinity });
    lines.on('line', (line) => hear?.(line));
    const heard = new Promise<void>((done) => lines.once('close', done));
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const end = (exit: number | string): void => {
      clearTimeout(killing);
      signal.removeEventListener('abort', cancel);
      process.off('exit', atExit);
      resolve({ exit, stdout });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message);
    });
    child.once('close', (code, by) => {
      void heard.then(() => {
        end(code ?? by ?? 'SIGKILL');
      });
    });
  });
