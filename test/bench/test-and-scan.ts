/** Commands side by side by the action, against the slowest of them run alone by bash. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStep, workflowRun } from '../runner/index.ts';
import { median } from './figures.ts';

/** All of them together may take this many times as long as the slowest alone. */
const goal = 1.15;
/** What commands of tests mostly do is wait and compute a little: seconds. */
const seconds = [10, 8, 6, 4, 2];

type BenchOptions = {
  readonly show: (line: string) => void;
  /** The folder of the built bundles. */
  readonly dist: string;
  readonly times: number;
};

/** Measures and prints. Gives how many goals are missed. */
export const benchTestAndScan = async ({ show, dist, times }: BenchOptions): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-and-scan-'));
  const workspace = join(folder, 'work');
  mkdirSync(workspace);
  const line = (length: number): string => `sleep ${length}; echo done`;
  const slowest = Math.max(...seconds);
  const alone: number[] = [];
  const together: number[] = [];
  try {
    execFileSync('git', ['init', '-q'], { cwd: workspace });
    const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
    execFileSync('git', [...author, 'commit', '-q', '--allow-empty', '-m', 'x'], { cwd: workspace });
    // in turns, so that what else the machine does hits both
    for (let time = 1; time <= times; time += 1) {
      const began = performance.now();
      execFileSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', line(slowest)], { cwd: workspace });
      alone.push(performance.now() - began);
      const run = seconds.map((length, at) => `c${at}: ${line(length)}`).join('\n');
      const step = { action: 'test-and-scan', root: join(import.meta.dirname, '../..'), dist, workspace };
      const end = await startStep({ ...step, run: workflowRun(), temp: join(folder, 'temp'), inputs: { run } }).ended;
      if (end.outputs['verdict'] !== 'passed') throw new Error(end.log.join('\n'));
      together.push(end.ms);
      show(
        `${time}/${times} alone ${Math.round(alone.at(-1) ?? 0)} ms, together ${end.ms} ms (load ${(loadavg()[0] ?? 0).toFixed(1)})`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratio = median(together) / median(alone);
  show(
    `${seconds.length} commands side by side, of ${seconds.join(', ')} s: median of ${times} ${Math.round(median(together))} ms`,
  );
  show(`the slowest alone by bash: median of ${times} ${Math.round(median(alone))} ms`);
  const met = ratio <= goal;
  show(`${met ? 'met' : 'MISSED'}: ${ratio.toFixed(3)} times the slowest, goal at most ${goal}`);
  return met ? 0 : 1;
};
