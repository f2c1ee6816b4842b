import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inputVariables } from './action.ts';
import { readFileCommand } from './file-commands.ts';
import { type WorkflowRun, runVariables } from './facts.ts';
import { type Annotation, type Log, openLog } from './log.ts';

/** One step, or its post step, to be started. */
export type StepStart = {
  readonly action: string;
  readonly part?: 'main' | 'post';
  /** The folder of the bundles: `<dist>/<action>/<part>.js` is started. */
  readonly dist: string;
  /** The folder that holds `actions/<action>/action.yml`. */
  readonly root: string;
  /** What stands under `with`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What stands under `env`, and what earlier steps wrote to GITHUB_ENV. Nothing of this process's environment is passed but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly run: WorkflowRun;
  /** What started the run, with what GitHub says of it; a push of which nothing is said if not given. */
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** The checkout. */
  readonly workspace: string;
  /** RUNNER_TEMP. */
  readonly temp: string;
  /** What the main part saved, for a post part. */
  readonly state?: Readonly<Record<string, string>>;
  readonly jobStatus?: JobStatus;
  /** The values of the job's matrix, where it has one. */
  readonly matrix?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly log?: Log;
  /** Each line as a person sees it, as it comes. */
  readonly onLine?: (line: string) => void;
  /** Before a cancelled step gets SIGTERM, and before it is killed after that; ms. GitHub's: 7500 and 2500. */
  readonly patience?: readonly [number, number];
};

export type JobStatus = 'success' | 'failure' | 'cancelled';

/** A step that ended. */
export type StepEnd = {
  readonly exit: number | undefined;
  readonly signal: string | undefined;
  readonly ms: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** What it adds to the environment of the steps after it. */
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
  /** The job summary, in Markdown, masked. */
  readonly summary: string;
  /** The log as a person sees it. */
  readonly log: readonly string[];
  /** The same before masking: where a test looks for secrets. */
  readonly raw: readonly string[];
  readonly annotations: readonly Annotation[];
};

export type Step = {
  readonly pid: number;
  readonly ended: Promise<StepEnd>;
  /** The runner dies: SIGKILL. */
  readonly kill: () => void;
  /** The run is cancelled: SIGINT, then SIGTERM, then SIGKILL. */
  readonly cancel: () => void;
};

const fileCommands = ['OUTPUT', 'STATE', 'STEP_SUMMARY', 'ENV', 'PATH'] as const;

/** Starts a step of a bundled action exactly as GitHub's runner does: a process, an environment and five files. */
export const startStep = (start: StepStart): Step => {
  const { action, part = 'main', run, temp, workspace, log = openLog() } = start;
  mkdirSync(temp, { recursive: true });
  const folder = mkdtempSync(join(temp, '_file_commands-'));
  const files = Object.fromEntries(fileCommands.map((name) => [`GITHUB_${name}`, join(folder, name.toLowerCase())]));
  for (const file of Object.values(files)) writeFileSync(file, '');
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(start.event?.payload ?? {}));
  const state = Object.entries(start.state ?? {}).map(([name, value]) => [`STATE_${name}`, value]);
  const contexts = {
    'job.status': start.jobStatus ?? 'success',
    'github.token': start.token ?? '',
    'toJSON(matrix)': JSON.stringify(start.matrix ?? null, null, 2),
  };
  if (start.token !== undefined) log.mask(start.token);

  const began = performance.now();
  const child = spawn(process.execPath, [join(start.dist, action, `${part}.js`)], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LANG: 'C.UTF-8',
      ...runVariables(run),
      GITHUB_ACTION: `__${action}`,
      ...(start.event === undefined ? {} : { GITHUB_EVENT_NAME: start.event.name }),
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      RUNNER_TOOL_CACHE: temp,
      ...start.env,
      ...files,
      ...inputVariables(start.root, action, start.inputs ?? {}, contexts),
      ...(Object.fromEntries(state) as Record<string, string>),
    },
  });
  const raw: string[] = [];
  const shown: string[] = [];
  const annotations: Annotation[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      raw.push(line);
      const taken = log.take(line);
      if (taken.annotation !== undefined) annotations.push(taken.annotation);
      if (taken.shown === undefined) return;
      shown.push(taken.shown);
      start.onLine?.(taken.shown);
    });
  }
  const read = (name: (typeof fileCommands)[number]) => readFileSync(files[`GITHUB_${name}`] ?? '', 'utf8');
  const ended = new Promise<StepEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      try {
        resolve({
          exit: code ?? undefined,
          signal: signal ?? undefined,
          ms: Math.round(performance.now() - began),
          outputs: readFileCommand(read('OUTPUT')),
          state: readFileCommand(read('STATE')),
          env: readFileCommand(read('ENV')),
          path: read('PATH')
            .split('\n')
            .filter((line) => line !== ''),
          summary: log.masked(read('STEP_SUMMARY')),
          log: shown,
          raw,
          annotations,
        });
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
  });
  const [toTerm, toKill] = start.patience ?? [7500, 2500];
  const cancel = () => {
    child.kill('SIGINT');
    const term = setTimeout(() => child.kill('SIGTERM'), toTerm);
    const kill = setTimeout(() => child.kill('SIGKILL'), toTerm + toKill);
    child.once('exit', () => {
      clearTimeout(term);
      clearTimeout(kill);
    });
  };
  return { pid: child.pid ?? 0, ended, kill: () => void child.kill('SIGKILL'), cancel };
};
