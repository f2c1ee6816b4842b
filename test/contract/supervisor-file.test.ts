import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPrograms } from '../../packages/config/service-file/program-text.ts';
import { programEscape, wordsOf } from '../../packages/config/service-file/words.ts';

/** Python's own reader, set as supervisor sets it, and its shlex: sections with keys, or null; words, or null. */
const python = String.raw`import configparser, json, shlex, sys
def read(text):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(';', '#'), strict=False, default_section='-')
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    # empty lines within a value part words like others
    value = lambda text: '\n'.join(line for line in text.split('\n') if line)
    return {name: {key: value(text) for key, text in parser.items(name)} for name in parser.sections()}
def split(text):
    try:
        return shlex.split(text)
    except ValueError:
        return None
texts, lines = json.load(sys.stdin)
json.dump([[read(text) for text in texts], [split(line) for line in lines]], sys.stdout)
`;
const asked = (texts: readonly string[], lines: readonly string[]) =>
  JSON.parse(
    execFileSync('python3', ['-c', python], { input: JSON.stringify([texts, lines]), encoding: 'utf8' }),
  ) as readonly [readonly unknown[], readonly unknown[]];

const ours = (text: string): unknown => {
  const { entries, problems } = readPrograms('file', text);
  if (problems.length > 0) return null;
  const sections: Record<string, Record<string, string>> = {};
  for (const { section, key, value } of entries) {
    sections[section] ??= {};
    if (key !== '') sections[section][key] = value;
  }
  return sections;
};

const some = <T>(pieces: readonly string[], make: (text: string) => T) =>
  fc
    .sample(
      fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((all) => all.join('')),
      { numRuns: 3000, seed: 20 },
    )
    .map((text) => [text, make(text)] as const);

test('a file of supervisor’s is read, and its commands split, as Python does it', () => {
  const lines = ['[program:web]\n', '[a]\n', 'command=', 'Key : ', 'x', ' ', '\n', '\n  ', '\n\t', ';', '#', ' ; c', '"', 'a b', '=']; // prettier-ignore
  const texts = some(lines, ours);
  const words = some(["'", '"', '\\', ' ', 'a', 'b', '\n', '%'], (text) => {
    const split = wordsOf(text, programEscape);
    return typeof split === 'string' ? null : split;
  });
  const [theirs, split] = asked(texts.map(([text]) => text), words.map(([text]) => text)); // prettier-ignore
  expect(texts.filter(([, own], at) => JSON.stringify(own) !== JSON.stringify(theirs[at])).map(([text]) => text)).toEqual([]); // prettier-ignore
  expect(words.filter(([, own], at) => JSON.stringify(own) !== JSON.stringify(split[at])).map(([text]) => text)).toEqual([]); // prettier-ignore
  // neither of them refuses all
  expect(theirs.filter((one) => one !== null).length).toBeGreaterThan(300);
  expect(split.filter((one) => one !== null).length).toBeGreaterThan(300);
});
