import { readFileSync } from 'node:fs';
import { fences } from './markdown.ts';

type Block = { readonly language: string; readonly body: string };

/** What stands below one heading of the second level. */
export type Section = { readonly title: string; readonly blocks: readonly Block[] };

/** The sections of a document, `docs/<name>.md`, with their fenced blocks. Before the first heading there may be none. */
export const sectionsOf = (name: string): readonly Section[] => {
  const text = readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8');
  const all = fences(text);
  const inside = (line: number): boolean =>
    all.some(({ line: first, body }) => line > first && line < first + body.split('\n').length);
  const heads = text
    .split('\n')
    .flatMap((line, at) => (line.startsWith('## ') && !inside(at + 1) ? [{ title: line.slice(3), line: at + 1 }] : []));
  if (all.some(({ line }) => line < (heads[0]?.line ?? 0)))
    throw new Error(`${name}: a block before the first heading`);
  return heads.map(({ title, line }, at) => {
    const end = heads[at + 1]?.line ?? Infinity;
    return { title, blocks: all.filter((block) => block.line > line && block.line < end) };
  });
};

/** The sections by title; a title that is not there throws, and so does one that nobody has asked for at the end. */
export const reading = (name: string) => {
  const sections = sectionsOf(name);
  const left = new Set(sections.filter(({ blocks }) => blocks.length > 0).map(({ title }) => title));
  return {
    /** The bodies of one section's blocks in a language, in order. */
    of: (title: string, language: string): readonly string[] => {
      const section = sections.find((one) => one.title === title);
      if (section === undefined) throw new Error(`docs/${name}.md has no section '${title}'`);
      left.delete(title);
      return section.blocks.filter((block) => block.language === language).map(({ body }) => body);
    },
    end: (): void => {
      if (left.size > 0) throw new Error(`docs/${name}.md: nobody has read ${[...left].join(', ')}`);
    },
  };
};

/** `$ command` of console blocks, each with what it prints. */
export const sessionsOf = (blocks: readonly string[]): readonly { command: string; printed: readonly string[] }[] =>
  blocks.flatMap((body) =>
    body
      .trimEnd()
      .split(/^\$ /m)
      .slice(1)
      .map((session) => {
        const [command = '', ...printed] = session.trimEnd().split('\n');
        return { command, printed };
      }),
  );
