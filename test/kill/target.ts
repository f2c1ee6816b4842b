import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programs, type Input, type ProgramName } from '#remote';

/** A target made by hand, in a folder of its own: what programs find on a host, without SSH. */
export type Target = {
  readonly base: string;
  readonly path: string;
  /** The sh that programs are run with: a path or a name, and its first arguments. */
  readonly shell: readonly string[];
  /** PATH of the programs. */
  readonly searched: string;
  /** HOME of the programs; not given, there is none. */
  readonly home?: string;
};

export type Ran = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

const standIn = new URL('../lab/supervisor-stand-in', import.meta.url).pathname;

/** @param supervisor directory with supervisord and supervisorctl; the stand-in when not given */
export const makeTarget = (
  shell: readonly string[],
  supervisor = standIn,
  root = mkdtempSync(join(tmpdir(), 'lf-')),
): Target => ({
  base: join(root, 'app-landfall'),
  path: join(root, 'app'),
  shell,
  searched: `${supervisor}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
});

export type Service = {
  readonly words: readonly string[];
  readonly boot?: number;
  readonly drain?: number;
  readonly listen?: string;
  readonly role?: string;
  /** Lines of its unit. */
  readonly unit?: readonly string[];
};

/** A service that works and needs nothing. Its full path is given, so that no stand-in for sleep is taken. */
export const idle: Service = { words: ['/bin/sleep', '1000'] };

/** Makes a prepared release. */
export const makeRelease = (
  { base }: Target,
  id: string,
  services: Readonly<Record<string, Service>>,
  more: {
    readonly leaves?: string;
    readonly env?: string;
    /** The words of each hook, by its moment. */
    readonly hooks?: Readonly<Record<string, readonly string[]>>;
    /** Seconds that a hook may take. */
    readonly timeout?: number;
    /** The words of its site of nginx. */
    readonly site?: string;
  } = {},
): void => {
  const folder = join(base, 'releases', id, '.landfall', 'services');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, '..', 'release'),
    `id=${id}\ncommit=${id.padEnd(40, '0')}\nenvironment=\nleaves=${more.leaves ?? ''}\ndirectory=.\nvenv=\n`,
  );
  writeFileSync(join(base, 'releases', id, 'app.py'), `RELEASE = '${id}'\n`);
  if (more.env !== undefined) writeFileSync(join(base, 'releases', id, '.env'), more.env, { mode: 0o600 });
  if (more.site !== undefined) writeFileSync(join(folder, '../site'), `${more.site}\n`);
  for (const [moment, words] of Object.entries(more.hooks ?? {})) {
    mkdirSync(join(folder, '../hooks'), { recursive: true });
    writeFileSync(
      join(folder, '../hooks', moment),
      `timeout=${more.timeout ?? 20}\n${words.map((word) => `word=${word}\n`).join('')}`,
    );
  }
  for (const [name, { words, boot = 5, drain = 2, listen = '', role = 'web', unit = [] }] of Object.entries(services)) {
    writeFileSync(
      join(folder, name),
      `role=${role}\ndrain=${drain}\nboot=${boot}\nlisten=${listen}\n${unit.map((line) => `unit=${line}\n`).join('')}${words.map((word) => `word=${word}\n`).join('')}`,
    );
  }
};

/**
 * Runs a command to its end.
 * @param whole waits for all that it began too, whatever that did with its output (what stays must close descriptor 3)
 * @param begun is told the command's pid, which is that of its group, too
 */
export const run = (
  target: Target,
  argv: readonly string[],
  {
    stdin,
    searched = target.searched,
    whole = false,
    begun,
  }: {
    readonly stdin?: Buffer;
    readonly searched?: string;
    readonly whole?: boolean;
    readonly begun?: ((pid: number) => void) | undefined;
  } = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const [file = '', ...args] = argv;
    const child = spawn(file, args, {
      cwd: '/',
      env: { PATH: searched, HOME: target.home ?? '/nonexistent' },
      // a group of its own, to be killed whole
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', whole ? 'pipe' : 'ignore'],
    });
    if (child.pid !== undefined) begun?.(child.pid);
    (child.stdio[3] as Readable | null)?.resume();
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr?.on('data', (bytes: Buffer) => err.push(bytes));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });

/** Runs one of the table's programs. */
export const runProgram = <P extends ProgramName>(
  target: Target,
  name: P,
  input: Input<P>,
  options: Parameters<typeof run>[2] = {},
): Promise<Ran> => {
  const { text, args } = programs[name] as unknown as { text: string; args: (input: Input<P>) => readonly string[] };
  return run(target, [...target.shell, '-c', text, 'program', ...args(input)], options);
};

/** Runs a program that lies on the host, as a person would: `undo t42`, `status`. */
export const runResident = (target: Target, name: 'undo' | 'status', ...args: readonly string[]): Promise<Ran> =>
  run(target, [...target.shell, join(target.base, '.landfall', name), ...args]);
