/** What the tests of documents need to know of markdown. */

type Block = { readonly language: string; readonly body: string; readonly line: number };

/** Every fenced block of a document that is not quoted; `line` is that of its fence. */
export const fences = (text: string): readonly Block[] => {
  const found: Block[] = [];
  let open: { fence: string; indent: number; language: string; line: number; body: string[] } | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const [, indent = '', fence = '', language = ''] = /^( *)(```+)(\S*)\s*$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== '') open = { fence, indent: indent.length, language, line: at + 1, body: [] };
    } else if (fence === open.fence && language === '') {
      found.push({ language: open.language, body: `${open.body.join('\n')}\n`, line: open.line });
      open = undefined;
    } else open.body.push(line.slice(open.indent));
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block is not closed`);
  return found;
};

/** The bodies of the blocks in one language. */
export const blocks = (text: string, language: string): readonly string[] =>
  fences(text)
    .filter((block) => block.language === language)
    .map(({ body }) => body);

/** The text without its fenced blocks. */
export const prose = (text: string): string => text.replaceAll(/^ *(```+)\S*\n[^]*?^ *\1 *$/gm, '');

/** Targets of links and images: `[text](target)`. */
export const links = (text: string): readonly string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** What stands between single backticks. */
export const codes = (text: string): readonly string[] =>
  [...prose(text).matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)].map(([, code = '']) => code);

/** The anchors that GitHub makes of a document's headings. */
export const anchors = (text: string): readonly string[] =>
  [...prose(text).matchAll(/^#{1,6} +(.*?) *$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
