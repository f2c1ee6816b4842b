import { closeSync, openSync, readdirSync, readSync, statSync, writeFileSync } from 'node:fs';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { fail } from '#fault';
import type { Result } from '#fault';
import type { Evidence } from '#plan';
import { encode } from './chain.ts';
import { largest, read } from './read.ts';

/**
 * The document in a file, or the only one in a folder, as an artifact is downloaded into. Faults: EVIDENCE_MISSING where there is none that can
 * be read; those of {@link read}.
 */
export const readDocument = (path: string): Result<Evidence> => {
  const bytes = Buffer.alloc(largest + 1);
  try {
    const inside = statSync(path).isDirectory() ? readdirSync(path).filter((name) => name.endsWith('.json')) : [''];
    const [name] = inside;
    if (name === undefined || inside.length > 1)
      return missing(`the folder ${path} holds ${inside.length} files \`*.json\`, and must hold one`);
    const at = join(path, name);
    // to open a pipe would wait for whoever writes to it
    if (!statSync(at).isFile()) return missing(`${at} is no file`);
    const file = openSync(at, 'r');
    try {
      let length = 0;
      for (let more = 1; more > 0 && length <= largest; length += more)
        more = readSync(file, bytes, length, bytes.length - length, null);
      return read(bytes.subarray(0, length), path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
    return missing(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${code})`);
  }
};

const missing = (what: string): Result<never> =>
  fail({
    code: 'EVIDENCE_MISSING',
    what,
    next: 'Give the path that `test-and-scan` or `build-image` put out as `evidence`; in another job, download it as an artifact first.',
  });

/** Writes a document into a folder, under a name that its content decides. Returns its path. */
export const writeDocument = (folder: string, evidence: Evidence): string => {
  const path = join(folder, `landfall-evidence-${evidence.head.slice(7, 19)}.json`);
  writeFileSync(path, encode(evidence), { mode: 0o600 });
  return path;
};
