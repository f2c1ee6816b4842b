import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A run of one workflow, as GitHub would start it. */
export type Run = {
  readonly event: 'push' | 'pull_request' | 'workflow_dispatch' | 'schedule';
  /** The file below .github/workflows. */
  readonly workflow: string;
  /** This job alone, and what it needs; all if not given. */
  readonly job?: string;
  /** What the runner's machine has in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The event as GitHub would describe it. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly run: number;
  readonly attempt?: number;
  /** Where GitHub's API is; not given: where nobody answers. */
  readonly api?: string;
};

/** What became of it. */
export type End = {
  readonly ok: boolean;
  /** The result of each step that ran, as `job/step: success`. */
  readonly steps: readonly string[];
  /** Everything that was said. */
  readonly log: string;
};

/** A runner of workflows for one repository. */
export type Runner = (run: Run, show: (line: string) => void) => Promise<End>;

type Line = {
  readonly job?: string;
  readonly msg?: string;
  readonly step?: string;
  readonly stage?: string;
  readonly stepResult?: string;
  readonly raw_output?: boolean;
};

/** A run that takes longer hangs: ms. */
const patience = 900_000;

/** Actions of others, and what stands for them here. */
const standIns = {
  checkout: 'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8',
  'setup-python': 'actions/setup-python@e797f83bcb11b83ae66e0230d6156d7c80228e7c',
  'setup-buildx': 'docker/setup-buildx-action@e468171a9de216ec08956ac3ada2f0791b6bd435',
  'upload-artifact': 'actions/upload-artifact@330a01c490aca151604b8cf639adc76d48f6c5d4',
  'download-artifact': 'actions/download-artifact@634f93cb2916e3fdff6788551b99b062d0335ce0',
};

/** This repository as workflows find it under OWNER/landfall@v1: its actions, reusable workflows and bundles. */
export const layOut = (root: string, dist: string, dir: string): void => {
  for (const file of globSync(['action.yml', 'actions/*/action.yml', '.github/workflows/*.yml'], { cwd: root })) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    cpSync(join(root, file), join(dir, file));
  }
  cpSync(dist, join(dir, 'dist'), { recursive: true });
};

/**
 * Runs workflows of the repository in `checkout` by act, on this machine and without containers. `landfall`: the folder that stands for
 * OWNER/landfall@v1. Everything that it writes is below `temp`.
 */
export const actRunner =
  ({ act, origin, landfall, temp }: { act: string; origin: string; landfall: string; temp: string }): Runner =>
  async ({ event, workflow, job, payload = {}, env = {}, secrets, run, attempt = 1, api }, show) => {
    const dir = mkdtempSync(join(temp, 'act-'));
    const eventFile = join(dir, 'event.json');
    writeFileSync(eventFile, JSON.stringify(payload));
    const variables = {
      ...env,
      GITHUB_REPOSITORY: 'spine/notes',
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_RUN_ID: String(run),
      GITHUB_RUN_NUMBER: String(run),
      TEST_ORIGIN: origin,
      GITHUB_API_URL: api ?? 'http://127.0.0.1:1',
    };
    const words = [
      event,
      '--json',
      ...(job === undefined ? [] : ['--job', job]),
      ...['--workflows', `.github/workflows/${workflow}`, '--eventpath', eventFile, '--actor', 'grace'],
      ...['--platform', 'ubuntu-latest=-self-hosted', '--no-skip-checkout', '--no-cache-server'],
      ...['--action-cache-path', join(dir, 'cache'), '--secret-file', '/dev/null', '--env-file', '/dev/null'],
      ...['--local-repository', `OWNER/landfall@v1=${landfall}`],
      ...Object.entries(standIns).flatMap(([folder, name]) => [
        '--local-repository',
        `${name}=${join(import.meta.dirname, folder)}`,
      ]),
      ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      // values by the environment, which no list of processes shows
      ...Object.keys(secrets).flatMap((name) => ['--secret', name]),
    ];
    const child = spawn(act, words, {
      cwd: origin,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...secrets,
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: dir,
        LANG: 'C.UTF-8',
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
    });
    const limit = setTimeout(() => child.kill('SIGTERM'), patience);
    const steps: string[] = [];
    let log = '';
    const hear = (text: string): void => {
      log += `${text}\n`;
      if (!text.startsWith('{')) return;
      const line = JSON.parse(text) as Line;
      const said = (line.msg ?? '').trimEnd();
      if (line.stepResult !== undefined) {
        steps.push(`${line.job ?? ''}: ${line.stage ?? ''} ${line.step ?? ''}: ${line.stepResult}`);
        show(`${line.job ?? ''}: ${said}`);
      } else if (line.raw_output === true && said !== '') show(`${line.job ?? ''}: ${said}`);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    }).finally(() => {
      clearTimeout(limit);
    });
    return { ok: code === 0, steps, log };
  };
