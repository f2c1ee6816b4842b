import { Failure, must } from '#fault';
import type { TrackedFile } from '#plan';
import { git, gitFault, parts } from './git.ts';
import { gitStream } from './stream.ts';

/** Larger files are not read: bytes. GitHub takes none that are larger: docs.github.com, "About large files on GitHub". */
const largest = 100 << 20;

/** git looks for a NUL in so many bytes to tell a binary file: `buffer_is_binary` in its xdiff-interface.c. */
const looked = 8000;

type Named = { readonly path: string; readonly id: string; readonly bytes: number; readonly regular: boolean };

/**
 * The files of the checkout's commit with their text, one after the other, as the commit has them: what is on disk may have been
 * changed since. Throws a Failure where git fails (`SOURCE_UNFIT`).
 */
export async function* trackedFiles(root: string, most = largest): AsyncGenerator<TrackedFile, void, undefined> {
  const listed = parts(must(await git(root, ['ls-tree', '-r', '-z', '-l', 'HEAD'])));
  const named = listed.flatMap(read);
  // of a content that it lacks git gives no size
  if (named.length < listed.length) throw lacking(root, `${listed.length - named.length} files`);
  const wanted = named.filter(({ regular, bytes }) => regular && bytes <= most);
  for (const { path, bytes, regular } of named)
    if (!regular || bytes > most) yield { path, kind: regular ? 'large' : 'other', bytes };
  let at = 0;
  for await (const content of blobs(root, wanted)) {
    const { path = '', bytes = 0 } = wanted[at++] ?? {};
    const text = textOf(content);
    yield text === undefined ? { path, kind: 'binary', bytes } : { path, kind: 'text', bytes, text };
  }
  // git goes on where it lacks one
  if (at < wanted.length) throw lacking(root, wanted[at]?.path ?? '');
}

/** UTF-16, which is full of NULs, is known by its byte order mark. undefined: it is no text. */
const textOf = (content: Buffer): string | undefined => {
  const mark = content.toString('latin1', 0, 2);
  if (mark === '\xff\xfe') return new TextDecoder('utf-16le').decode(content);
  if (mark === '\xfe\xff') return new TextDecoder('utf-16be').decode(content);
  return content.subarray(0, looked).includes(0) ? undefined : content.toString('utf8');
};

const lacking = (root: string, path: string): Failure =>
  new Failure(
    gitFault(root, ['cat-file', '--batch'], `the checkout has no content of ${path}, which its commit names`),
  );

/** `<mode> <type> <id> <bytes>\t<path>`; a submodule has `-` for bytes. */
const read = (line: string | Buffer): readonly Named[] => {
  const [, mode = '', id = '', bytes = '', path = ''] =
    /^(\d{6}) [a-z]+ ([0-9a-f]+) +(\d+|-)\t([^]+)$/.exec(line.toString('utf8')) ?? [];
  return path === '' ? [] : [{ path, id, bytes: Number(bytes) || 0, regular: mode.startsWith('100') }];
};

/** Contents, in the order in which they are asked for: `<id> blob <bytes>\n<content>\n` of each. */
async function* blobs(root: string, wanted: readonly Named[]): AsyncGenerator<Buffer, void, undefined> {
  if (wanted.length === 0) return;
  const ids = wanted.map(({ id }) => `${id}\n`);
  let held: Buffer[] = [];
  let size = 0;
  let need: number | undefined;
  for await (const piece of gitStream(root, ['cat-file', '--batch'], ids)) {
    held.push(piece);
    size += piece.length;
    if (need !== undefined && size < need) continue;
    let rest = Buffer.concat(held);
    for (;;) {
      const head = rest.indexOf(10);
      const bytes = head === -1 ? undefined : /^[0-9a-f]+ blob (\d+)$/.exec(rest.toString('latin1', 0, head))?.[1];
      need = bytes === undefined ? undefined : head + 1 + Number(bytes) + 1;
      if (need === undefined || rest.length < need) break;
      yield rest.subarray(head + 1, need - 1);
      rest = rest.subarray(need);
    }
    held = [rest];
    size = rest.length;
  }
}

/** A file as another commit has it; undefined: it has none, or no regular one. Throws a Failure where git fails (`SOURCE_UNFIT`). */
export const fileAt = async (root: string, commit: string, path: string): Promise<string | undefined> => {
  const list = must(await git(root, ['--literal-pathspecs', 'ls-tree', '-z', '-l', commit, '--', path]));
  const found = parts(list)
    .flatMap(read)
    .find((one) => one.path === path && one.regular);
  return found === undefined ? undefined : must(await git(root, ['cat-file', 'blob', found.id])).toString('utf8');
};
