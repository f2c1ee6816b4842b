import sax from 'sax';
import { decode } from './decode.ts';
import type { Source } from './results.ts';

/** Longest attribute, comment or name; text is told in pieces of about this size. UTF-16 units. */
const longest = 1024 * 1024;
// a setting of the whole module, which nothing else uses; neither it nor the option is in its types
Object.assign(sax, { MAX_BUFFER_LENGTH: longest });
/** Without the entities of HTML. */
const options = { strictEntities: true } as sax.SAXOptions;

/** No tool nests like this. */
const deepest = 200;

/** No tool writes so many attributes of one element. */
const mostAttributes = 1000;

/** How many references to characters that XML does not have (`&#27;`) are taken as they stand. */
const mostOdd = 10_000;

/** What is told of a document. Elements are in the order of the text, and every `open` but those of a damaged file has its `close`. */
export type XmlReader = {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text: (text: string) => void;
  readonly close: (name: string) => void;
};

/** What was lost if it stands before a document: the rest of a tag, or of what tags enclose. */
const rest = /<[A-Za-z/!?]|["'\w/?\]]>|-->|^>/;

const cutBefore = 'begins with the rest of something that is cut off';

const ownDeclarations = 'has a DOCTYPE with declarations of its own, which are never read';

/** A text as far as it has no markup: its line ends, so that lines are counted right. */
const lineEnds = (text: string): string => text.replace(/[^\n]+/g, '');

/**
 * What the parser is given of a document's beginning: without its XML declaration, comments and a DOCTYPE that only names a file, which
 * nobody fetches. undefined: more of it is needed.
 */
const beginningOf = (text: string, roots: readonly string[]): { junk: string; document: string } | undefined => {
  const at = text.search(new RegExp(`<\\?xml[\\s?]|<!DOCTYPE|<!--|<(${roots.join('|')})[\\s/>]`));
  if (at === -1) return undefined;
  const junk = text.slice(0, at);
  const [prolog] = /^(\s+|<\?[^>]*\?>|<!--[^]*?-->|<!DOCTYPE[^[>]*>)*/.exec(text.slice(at)) ?? [''];
  const document = text.slice(at + prolog.length);
  if (document === '' || (/^<[?!]/.test(document) && !/^<!DOCTYPE[^>]*\[/.test(document))) return undefined;
  return { junk, document: lineEnds(junk + prolog) + document };
};

/**
 * Reads a document, or several in a row, whose outermost elements are `roots`. Text around them is left out. Nothing but XML's own five entities
 * and characters is put in. Gives what is wrong with it: what stands before that was told, nothing after it. Never throws.
 */
export const readXml = async (
  source: Source,
  roots: readonly string[],
  reader: XmlReader,
): Promise<string | undefined> => {
  let trouble: string | undefined;
  const stop = (what: string): void => void (trouble ??= what);
  // a function: the compiler does not see that events change it
  const stopped = (): string | undefined => trouble;
  const wanted = roots.map((root) => `<${root}>`).join(' or ');
  const parser = sax.parser(true, options);
  let depth = -1;
  let odd = 0;
  let elements = 0;
  let width = 0;
  parser.onopentagstart = () => {
    width = 0;
  };
  parser.onattribute = () => {
    if (++width > mostAttributes) stop(`has more than ${mostAttributes} attributes of one element`);
  };
  parser.onopentag = ({ name, attributes }: sax.Tag | sax.QualifiedTag) => {
    depth += 1;
    if (depth > deepest) stop(`nests deeper than ${deepest} elements`);
    if (depth === 1 && !roots.includes(name)) stop(`has <${name.slice(0, 40)}> where ${wanted} belongs`);
    if (trouble !== undefined || depth === 0) return;
    elements += 1;
    reader.open(name, attributes as Record<string, string>);
  };
  parser.onclosetag = (name) => {
    if (trouble === undefined && depth > 0) reader.close(name);
    depth -= 1;
  };
  parser.ontext = parser.oncdata = (text) => {
    if (trouble !== undefined) return;
    if (depth > 0) reader.text(text);
    else if (rest.test(text)) stop(cutBefore);
  };
  parser.onerror = ({ message }) => {
    const [what = ''] = message.split('\n');
    if (what === 'Invalid character entity' && ++odd <= mostOdd) {
      parser.resume();
      return;
    }
    const told = what.startsWith('Inappropriately located doctype') ? ownDeclarations : undefined;
    stop(told ?? `is damaged or cut off in line ${parser.line + 1} (${what.toLowerCase()})`);
  };
  // one element around all, so that there may be several, and text around them
  parser.write('<landfall>');
  let waiting: string | undefined = '';
  for await (const text of decode(source, (label) => {
    stop(`is written in an unknown encoding, ${label}`);
  })) {
    if (waiting === undefined) parser.write(text);
    else {
      waiting += text;
      const beginning = beginningOf(waiting, roots);
      if (beginning === undefined && waiting.length > longest) break;
      if (beginning === undefined) continue;
      if (rest.test(beginning.junk)) return cutBefore;
      parser.write(beginning.document);
      waiting = undefined;
    }
    if (stopped() !== undefined) return stopped();
  }
  if (waiting !== undefined) return stopped() ?? (waiting.trim() === '' ? 'is empty' : `has no ${wanted}`);
  parser.write('</landfall>');
  if (stopped() === undefined) parser.close();
  return stopped() ?? (elements === 0 ? `has no ${wanted}` : undefined);
};
