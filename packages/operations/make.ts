import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Source } from '#scan';

/** `NAME = value`, `NAME := value`, `NAME ?= value`. */
const assignment = /^(?:export\s+)?([A-Za-z_]\w*)\s*(?:::?|\?)?=\s*(.*?)\s*$/;

/** How often a variable may lead to another one. */
const deep = 10;

/**
 * The lines that make echoes before it runs them, by its file: of each recipe the lines that no `@` keeps silent, with the variables that
 * the file itself gives one plain value. A line with any other is left out: what it is echoed as is not known. Pure.
 */
export const echoedBy = (makefile: string): ReadonlySet<string> => {
  const values = new Map<string, string | undefined>();
  const recipes: string[] = [];
  let goesOn = false;
  for (const line of makefile.split(/\r?\n/)) {
    if (line.startsWith('\t')) {
      const [, prefix = '', first = ''] = /^([@+\-\s]*)(.*)$/.exec(line.slice(1)) ?? [];
      // of a command over several lines only the first one has a prefix
      if (goesOn) recipes.push(line.slice(1).trimEnd());
      else if (!prefix.includes('@')) recipes.push(first.trimEnd());
      goesOn = line.endsWith('\\');
    } else {
      goesOn = false;
      const [, name, value] = assignment.exec(line) ?? [];
      // given twice, or over several lines: which value holds is for make to say
      if (name !== undefined) values.set(name, values.has(name) || value?.endsWith('\\') === true ? undefined : value);
    }
  }
  const expanded = (text: string): string | undefined => {
    let known = text;
    for (let round = 0; round < deep && known.includes('$'); round++)
      known = known.replaceAll(
        /\$(?:\(([A-Za-z_]\w*)\)|\{([A-Za-z_]\w*)\})/g,
        (whole, a?: string, b?: string) => values.get(a ?? b ?? '') ?? whole,
      );
    return known.includes('$') || known.trim() === '' ? undefined : known;
  };
  return new Set(recipes.flatMap((line) => expanded(line) ?? []));
};

/** Is this a command of make alone? */
export const isMake = (command: string): boolean => /^make(?:\s[^;&|]*)?$/.test(command.trim());

/** How make says that a recipe ended: `make: *** [Makefile:4: lint] Error 1`, with a level in brackets where make called itself. */
const ending = /^make(?:\[\d+\])?: \*\*\* \[[^\]]+\] Error (\d+)$/;

/**
 * The exit code of the recipe for which make itself ended with 2, as the last line says; any other is what it is. Pure.
 * gnu.org/software/make/manual/html_node/Running.html
 */
export const recipeExit = <E>(exit: E, tail: readonly string[]): E | number => {
  const code = exit === 2 ? ending.exec(tail.at(-1) ?? '')?.[1] : undefined;
  return code === undefined ? exit : Number(code);
};

/** An output without the lines that make has echoed, and without how it says that a recipe ended. All else that it says stays. */
export const withoutEcho = (source: Source, echoed: ReadonlySet<string>): Source => ({
  async *[Symbol.asyncIterator]() {
    for await (const line of createInterface({ input: Readable.from(source), crlfDelay: Infinity }))
      if (!echoed.has(line.trimEnd()) && !ending.test(line)) yield `${line}\n`;
  },
});
