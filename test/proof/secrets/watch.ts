import { spawn } from 'node:child_process';
import { join } from 'node:path';

export type Watched = { readonly looks: number; readonly commands: number; readonly found: readonly string[] };

/** Watches the command lines of all processes in a process of its own, from when this resolves until `end` is called. */
export const watchCommandLines = async (texts: readonly string[]): Promise<{ end: () => Promise<Watched> }> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'argv-watch.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  const began = Promise.withResolvers<undefined>();
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes('\n')) began.resolve(undefined);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      resolve();
    });
  });
  // on stdin: in the argument list it would find itself
  child.stdin.write(`${JSON.stringify(texts)}\n`);
  await Promise.race([began.promise, ended]);
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Watched;
    },
  };
};
