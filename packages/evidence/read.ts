import { Buffer } from 'node:buffer';
import { fail, ok } from '#fault';
import type { Result } from '#fault';
import type { Evidence, Link } from '#plan';
import { digestOf, encode } from './chain.ts';
import { frame, isKind, linkProblems } from './form.ts';

/** Bytes. A chain of every kind of link has about four thousand. */
export const largest = 256 * 1024;

/**
 * Reads a document of evidence, and proves that it is what was written: its form, and that each link follows the one before.
 * The bytes must be those that {@link encode} makes, so that nothing can hide in a second key of the same name or in a space.
 * Faults: EVIDENCE_DIFFERS, with a problem for each thing that is wrong. `where`: a name for the document, in them.
 */
export const read = (bytes: Uint8Array, where = 'evidence'): Result<Evidence> => {
  const found = tried(bytes);
  const problems = typeof found === 'string' ? [found] : found.problems;
  if (typeof found !== 'string' && problems.length === 0) return ok(found.evidence);
  return fail({
    code: 'EVIDENCE_DIFFERS',
    what: `${where} is not evidence as it was written: ${problems[0] ?? ''}`,
    problems: problems.map((what) => ({ where, what })),
    next: 'Take the document that the run of this commit has left, unchanged, or let test-and-scan make one anew.',
  });
};

/** What has no canonical JSON, or is nested deeper than can be read, was not written by {@link encode}. */
const tried = (bytes: Uint8Array): string | Parsed => {
  try {
    return parsed(bytes);
  } catch (thrown) {
    return `it holds what cannot be hashed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
};

type Parsed = { readonly evidence: Evidence; readonly problems: readonly string[] };

const parsed = (bytes: Uint8Array): string | Parsed => {
  if (bytes.length > largest) return `it has ${bytes.length} bytes; at most ${largest} are read`;
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const v = typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
  if (typeof v === 'number' && v > 1) return `it has the form ${v}, of a newer Landfall; this one reads 1`;
  const framed = frame.safeParse(value);
  if (!framed.success)
    return `it has not the form of evidence: ${framed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`;
  const links = framed.data.links;
  const odd = links.flatMap((link, at) =>
    isKind(link.kind)
      ? linkProblems(link.kind, link).map((what) => `link ${at + 1} (${link.kind}): ${what}`)
      : [
          `link ${at + 1} is of a kind that this version does not know: ${JSON.stringify(link.kind.slice(0, 40))}; a newer Landfall has written it`,
        ],
  );
  const evidence = value as Evidence;
  if (odd.length > 0) return { evidence, problems: odd };
  const problems = broken(evidence);
  if (problems.length === 0 && Buffer.compare(Buffer.from(encode(evidence)), bytes) !== 0)
    return 'its bytes are not those that were written: it was formatted, or something was put in';
  return { evidence, problems };
};

const named = ({ kind }: Link, at: number): string => `link ${at + 1} (${kind})`;

/** Where a chain is broken, in words; empty: it is whole. */
export const broken = ({ links, head }: Evidence): readonly string[] => {
  const digests = links.map(digestOf);
  const last = links.length - 1;
  return [
    ...links.flatMap((link, at) => {
      const before = links[at - 1];
      if ((at === 0) !== (link.kind === 'commit'))
        return [
          at === 0
            ? `${named(link, at)} is no commit: the beginning is missing`
            : `${named(link, at)} is a second commit`,
        ];
      if (link.after === digests[at - 1]) return [];
      return [
        before === undefined
          ? `${named(link, at)} follows another link: the beginning is missing`
          : `${named(link, at)} does not follow ${named(before, at - 1)}: one of them was changed, or something between them is missing`,
      ];
    }),
    ...(head === digests[last]
      ? []
      : [`the last link is not the one that the document ended with: it was changed, or links after it are missing`]),
  ];
};
