import { LineCounter, isMap, isNode, isPair, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { Problem } from '#fault';

/** A YAML text as data that knows the line of each key. */
export type YamlSource = {
  readonly value: unknown;
  /** Line (from 1) of the key or item at this path; of its nearest parent where it is not there. */
  readonly line: (path: readonly PropertyKey[]) => number;
  readonly problems: readonly Problem[];
};

/** Reads YAML 1.2. Where the text is no YAML, `value` is undefined and `problems` say where and why. */
export const yamlSource = (text: string, where: string): YamlSource => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const problems = [
    ...document.errors.map((error): Problem => ({ where, line: at(error.pos[0]), what: error.message })),
    ...unkept(document).map((offset): Problem => ({ where, line: at(offset), what: '__proto__ is no key' })),
  ];
  const { value, problem } = problems.length === 0 ? data(document, where) : {};
  return {
    value,
    line: (path) => at(offsetOf(document.contents, path)),
    problems: problem === undefined ? problems : [problem],
  };
};

/** Where keys stand that no object of JavaScript keeps: they would be passed over in silence. */
const unkept = (document: Document): readonly number[] => {
  const found: number[] = [];
  visit(document, {
    Pair: (_, pair) => {
      if (keyOf(pair) === '__proto__') found.push(isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
    },
  });
  return found;
};

const data = (document: Document, where: string): { value?: unknown; problem?: Problem } => {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { problem: { where, what: error instanceof Error ? error.message : String(error) } };
  }
};

/** Where the last part of the path that exists begins: the key of a map's entry, or the item of a list. */
const offsetOf = (root: Node | null, path: readonly PropertyKey[]): number => {
  let node: unknown = root;
  let offset = 0;
  for (const key of path) {
    const child = isMap(node)
      ? node.items.find((pair) => keyOf(pair) === String(key))
      : isSeq(node)
        ? node.items[Number(key)]
        : undefined;
    if (child === undefined) break;
    const begins = isPair(child) ? child.key : child;
    if (isNode(begins) && begins.range) offset = begins.range[0];
    node = isPair(child) ? child.value : child;
  }
  return offset;
};

const keyOf = (pair: Pair): string | undefined => {
  const key: unknown = isNode(pair.key) ? pair.key.toJSON() : pair.key;
  return typeof key === 'string' || typeof key === 'number' ? `${key}` : undefined;
};
