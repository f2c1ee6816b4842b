import type { Check, ReadFile } from '#config';
import { multipart } from './multipart.ts';

/** What files of one request may hold together, in bytes. */
export const filesLimit = 64 * 1024 * 1024;

type Content = { readonly type: string; readonly body: string | Buffer };

/**
 * The body of a request and its type, `extra` fields of a form included; undefined where nothing is sent. Files that cannot
 * be sent are said in `wrong`. `boundary` must not occur in what is sent.
 */
export const content = (
  check: Check,
  put: (text: string) => string,
  {
    read,
    boundary,
    extra,
    wrong,
  }: { read: ReadFile; boundary: string; extra: Readonly<Record<string, string>>; wrong: string[] },
): Content | undefined => {
  const file = (path: string): Buffer => {
    const found = read(path);
    if (typeof found !== 'string') return Buffer.from(found.buffer, found.byteOffset, found.byteLength);
    wrong.push(found);
    return Buffer.alloc(0);
  };
  const fields = Object.entries({ ...check.form, ...extra }).map(([name, value]): [string, string] => [
    name,
    Object.hasOwn(extra, name) ? value : put(value),
  ]);
  if (check.upload !== undefined) {
    const files = Object.entries(check.upload).map(([field, { file: path, content: text, name, type }]) => ({
      field,
      content: path === undefined ? Buffer.from(put(text ?? '')) : file(path),
      file: { name, type },
    }));
    if (files.reduce((bytes, { content: { length } }) => bytes + length, 0) > filesLimit)
      wrong.push(`the files of upload are larger than ${filesLimit / 1024 / 1024} MB together`);
    return multipart([...fields.map(([field, value]) => ({ field, content: Buffer.from(value) })), ...files], boundary);
  }
  if (check.file !== undefined) return { type: 'application/octet-stream', body: file(check.file) };
  if (check.body !== undefined) return { type: 'text/plain; charset=utf-8', body: put(check.body) };
  if (check.form !== undefined)
    return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
  if (check.data === undefined) return undefined;
  return {
    type: 'application/json',
    body: JSON.stringify(check.data, (_, value: unknown) => (typeof value === 'string' ? put(value) : value)),
  };
};
