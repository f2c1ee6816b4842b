import canonicalize from 'canonicalize';
import { digestOfBytes } from '#plan';
import type { Digest, Evidence, Link } from '#plan';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** A link as it is told, before it has its place in a chain. */
export type Said = Without<Link, 'after'>;

/** What a chain begins with. */
export type Beginning = Extract<Said, { readonly kind: 'commit' }>;

/** The sha256 of a value's canonical JSON (RFC 8785): the same however it was written down. */
export const digestOfJson = (value: object): Digest => digestOfBytes(canonical(value));

/** The digest of a link: what the next one names. */
export const digestOf = (link: Link): Digest => digestOfJson(link);

/** A chain of one link: the commit that all that follows is about. */
export const begin = (commit: Beginning): Evidence => {
  const link = { ...commit } as Link;
  return { v: 1, links: [link], head: digestOf(link) };
};

/** The chain with one link more. What is there stays as it is. */
export const grow = (evidence: Evidence, said: Exclude<Said, Beginning>): Evidence => {
  const link = { ...said, after: evidence.head } as Link;
  return { ...evidence, links: [...evidence.links, link], head: digestOf(link) };
};

/** The one way to write a document: its keys sorted, indented by two, a line end at the end; what `jq -S .` prints. */
export const encode = (evidence: Evidence): string =>
  `${JSON.stringify(JSON.parse(canonical(evidence)), undefined, 2)}\n`;

const canonical = (value: object): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only undefined has no canonical JSON');
  return text;
};
