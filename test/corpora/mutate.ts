/** Numbers that look random and are the same in every run: mulberry32. From 0, below `below`. */
export const numbers = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
};

export type Numbers = ReturnType<typeof numbers>;

type Mutator = (bytes: Buffer, random: Numbers) => Buffer;

const junk = [
  '\0\0\0',
  '<',
  '>',
  '&',
  '"',
  ']]>',
  '<!--',
  '<![CDATA[',
  '<?',
  '{',
  '}',
  '[',
  ',',
  '\\',
  '\x1b[31m',
  '::error::',
  '\r',
  '￿',
];

/** A part of at most a tenth: two findings of a file are never gone at once with their sums. */
const part = (bytes: Buffer, random: Numbers): readonly [number, number] => {
  const length = 1 + random(Math.max(1, Math.floor(bytes.length / 10)));
  const from = random(Math.max(1, bytes.length - length));
  return [from, from + length];
};

/** What is damaged. Something is left of each, so that an empty file is not among them. */
export const damaging: Readonly<Record<string, Mutator>> = {
  'end cut off': (bytes, random) => bytes.subarray(0, 1 + random(bytes.length - 1)),
  'beginning cut off': (bytes, random) => bytes.subarray(1 + random(Math.max(1, bytes.length - 20))),
  'byte changed': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random(copy.length);
    copy[at] = ((copy[at] ?? 0) + 1 + random(255)) % 256;
    return copy;
  },
  'bit flipped': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = random(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
    return copy;
  },
  'part dropped': (bytes, random) => {
    const [from, to] = part(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  'part doubled elsewhere': (bytes, random) => {
    const [from, to] = part(bytes, random);
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
  },
  'parts swapped': (bytes, random) => {
    const [from, to] = part(bytes, random);
    const at = random(from + 1);
    return Buffer.concat([
      bytes.subarray(0, at),
      bytes.subarray(from, to),
      bytes.subarray(at, from),
      bytes.subarray(to),
    ]);
  },
  'junk put in': (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(junk[random(junk.length)] ?? ''), bytes.subarray(at)]);
  },
  'nested deep': (bytes, random) => {
    const at = random(bytes.length);
    const open = bytes.subarray(0, 1).toString() === '<' ? '<testsuite>' : '[';
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(open.repeat(20_000)), bytes.subarray(at)]);
  },
};

const prose = 'Collecting plugins ...\n\nwarning: this is slow\n';

/** What says the same. `text`: only of what is read line by line, where prose would be one of the lines; `structured`: all but those. */
export const preserving: readonly {
  readonly name: string;
  readonly to: (kind: string) => boolean;
  readonly mutate: Mutator;
}[] = [
  {
    name: 'byte order mark',
    to: () => true,
    mutate: (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  },
  {
    name: 'UTF-16',
    to: () => true,
    mutate: (bytes) =>
      Buffer.from(`\uFEFF${bytes.toString().replace(/encoding="[^"]*"/, 'encoding="utf-16"')}`, 'utf16le'),
  },
  { name: 'CR LF', to: () => true, mutate: (bytes) => Buffer.from(bytes.toString().replace(/\r?\n/g, '\r\n')) },
  { name: 'empty lines behind', to: () => true, mutate: (bytes) => Buffer.concat([bytes, Buffer.from('\n\n  \n')]) },
  {
    name: 'prose around',
    to: (extension) => ['xml', 'json', 'sarif'].includes(extension),
    mutate: (bytes) => Buffer.concat([Buffer.from(prose), bytes, Buffer.from(`\n${prose}`)]),
  },
  {
    name: 'comment before',
    to: (extension) => extension === 'xml',
    mutate: (bytes) => Buffer.from(bytes.toString().replace(/<(testsuite|coverage)/, '<!-- <testcase> - & -->\n<$1')),
  },
  {
    name: 'JSON in one line',
    to: (extension) => ['json', 'sarif'].includes(extension),
    mutate: (bytes) => (bytes.length === 0 ? bytes : Buffer.from(JSON.stringify(JSON.parse(bytes.toString())))),
  },
];
