/** One part of a form: a field, or a file. */
export type Part = {
  readonly field: string;
  readonly content: Uint8Array;
  readonly file?: { readonly name: string; readonly type: string };
};

/** The body of `multipart/form-data` (RFC 7578), with names escaped as browsers do it. The boundary must not occur in a part. Pure. */
export const multipart = (parts: readonly Part[], boundary: string): { type: string; body: Buffer } => ({
  type: `multipart/form-data; boundary=${boundary}`,
  body: Buffer.concat([
    ...parts.flatMap(({ field, content, file }) => [
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(field)}"` +
          (file === undefined
            ? ''
            : `; filename="${escaped(file.name)}"\r\nContent-Type: ${file.type.replace(/[\r\n]/g, ' ')}`) +
          '\r\n\r\n',
      ),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]),
});

const codes: Readonly<Record<string, string>> = { '"': '%22', '\r': '%0D', '\n': '%0A' };

const escaped = (name: string): string => name.replace(/["\r\n]/g, (character) => codes[character] ?? '');
