/** What a backslash makes of the text behind it, within such a quote (empty: outside of any), and how long that text is; undefined: nothing is known. */
type Escape = (text: string, quote: string) => { readonly put: string; readonly length: number } | undefined;

const letters: Readonly<Record<string, string>> = { s: ' ', t: '\t', '\\': '\\', '"': '"', "'": "'" };

/** Of systemd, within quotes and without: the same. */
export const unitEscape: Escape = (text) => {
  const put = letters[text.charAt(0)];
  return put === undefined ? undefined : { put, length: 1 };
};

/** Of Python's shlex, which is sh's. */
export const programEscape: Escape = (text, quote) => {
  const next = text.charAt(0);
  if (quote === "'" || (quote === '"' && next !== '"' && next !== '\\')) return { put: '\\', length: 0 };
  return next === '' ? undefined : { put: next, length: 1 };
};

/** The words of a line in which spaces part, quotes join and backslashes escape; or why there are none. */
export const wordsOf = (line: string, escape: Escape): readonly string[] | string => {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const here = line.charAt(at);
    if (here === '\\') {
      const escaped = escape(line.slice(at + 1), quote);
      if (escaped === undefined) return `${line.slice(at, at + 2)} is no escape that is known`;
      word = (word ?? '') + escaped.put;
      at += escaped.length;
    } else if (quote === '' && (here === '"' || here === "'")) {
      quote = here;
      word ??= '';
    } else if (here === quote) quote = '';
    else if (quote === '' && /\s/.test(here)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + here;
  }
  if (quote !== '') return 'a quote is not closed';
  return word === undefined ? words : [...words, word];
};
