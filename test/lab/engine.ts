import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the lab's engine and its images lie: outside of any checkout, kept between runs. */
const labFolder = process.env['LANDFALL_LAB'] ?? '/var/lib/landfall-lab';

export const socket = join(labFolder, 'docker.sock');
// Another client may come first on PATH, too new for the engine.
const client = '/usr/bin/docker';

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a command of this machine to its end. Not its exit code, only that it could not be started, throws. */
export const run = (
  argv: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const [file = '', ...words] = argv;
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });

/** What it printed. Throws with the last lines that it said when it fails. */
export const must = async (running: Promise<Ran>, what: string): Promise<string> => {
  const { code, stdout, stderr } = await running;
  if (code === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${what} ended with ${code ?? 'a signal'}:\n${said}`);
};

/** Asks the lab's engine, and no other one. */
export const docker = (words: readonly string[], input = ''): Promise<Ran> =>
  run([client, '-H', `unix://${socket}`, ...words], { input, env: { DOCKER_BUILDKIT: '1' } });

/** Why the lab's engine cannot be asked; undefined: it can. */
export const engineMissing = async (): Promise<string | undefined> => {
  if (!existsSync(client) || !existsSync(socket)) return 'the lab’s engine does not run: scripts/lab starts it';
  const { code, stderr } = await docker(['version']);
  return code === 0 ? undefined : `the lab’s engine does not answer: ${stderr.trim()}`;
};
