import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, frame, type Argument } from '#host';
import { found } from '../../lab/found.ts';

/** A shell of a host: a folder in which `sh` is this shell, to stand first on PATH. */
export type HostShell = { readonly name: string; readonly folder: string; readonly path: string };

/** dash and busybox sh, as hosts have them. Throws where one is missing: nothing may be left out here. */
export const hostShells = (dir: string): readonly HostShell[] =>
  ['dash', 'busybox'].map((name) => {
    const program = found(name);
    if (program === undefined) throw new Error(`${name} is missing: scripts/tools installs what proofs need`);
    const folder = join(dir, name);
    mkdirSync(folder);
    symlinkSync(program, join(folder, 'sh'));
    return { name: name === 'dash' ? name : 'busybox sh', folder, path: `${folder}:/usr/bin:/bin` };
  });

export type Ran = { readonly code: number | null; readonly out: Buffer; readonly said: string };

/** One program through the real boundary: the bootstrap as the command of a login shell, the frame and the body on its stdin. */
export const through = (
  shell: HostShell,
  args: readonly Argument[],
  text: string,
  { body = Buffer.alloc(0), cwd }: { body?: Buffer; cwd: string },
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(join(shell.folder, 'sh'), ['-c', bootstrap], { cwd, env: { PATH: shell.path, HOME: cwd } });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const all = Buffer.concat(out);
      // the first line of both says that the frame has begun
      const text = Buffer.concat(said).toString('utf8');
      resolve({ code, out: all.subarray(all.indexOf(10) + 1), said: text.slice(text.indexOf('\n') + 1) });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(Buffer.concat([frame('c0ffee', args, text), body]));
  });

/** Prints each argument with a zero byte behind it, and then its stdin: by way of a variable, as programs use them. */
export const echo = `main() {
  for value do
    kept=$value
    printf '%s\\0' "$kept"
  done
  cat
}
main "$@"
`;

/** What {@link echo} prints. */
export const echoed = (args: readonly Argument[], body: Buffer): Buffer =>
  Buffer.concat([...args.flatMap((value) => [Buffer.from(value as string), Buffer.alloc(1)]), body]);

/** In groups of so many. */
export const grouped = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size));
