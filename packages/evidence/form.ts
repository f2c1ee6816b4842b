import { z } from 'zod';
import { isDigest } from '#plan';
import type { Digest, Link } from '#plan';

/** One line without control characters or halves of a character: every program writes it as the same JSON. */
const text = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'expected one line of text');

export const digest = z.custom<Digest>(isDigest, 'expected sha256: and 64 hex digits');

const count = z.int().nonnegative();

const linked = {
  at: z.iso.datetime(),
  run: z.looseObject({ url: z.string(), actor: z.string() }),
  after: digest.optional(),
};

/** Each kind of link. Keys that a newer version has added stay: they are part of what is hashed. */
const kinds = {
  commit: z.looseObject({
    ...linked,
    kind: z.literal('commit'),
    repository: text,
    commit: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'expected the full id of a commit'),
  }),
  tests: z.looseObject({
    ...linked,
    kind: z.literal('tests'),
    verdict: z.enum(['passed', 'failed', 'incomplete']),
    tests: z.looseObject({ total: count, failed: count, skipped: count }),
    findings: count,
    coverage: z.number().min(0).max(100).optional(),
    unchecked: z.array(text).optional(),
    report: digest,
  }),
  image: z.looseObject({
    ...linked,
    kind: z.literal('image'),
    image: text,
    digest,
    platforms: z.array(text).optional(),
    scan: z.literal('passed').optional(),
    unchecked: z.array(text).optional(),
    attested: z.literal(true).optional(),
  }),
  sbom: z.looseObject({
    ...linked,
    kind: z.literal('sbom'),
    image: digest,
    format: z.enum(['spdx', 'cyclonedx']),
    digest,
    names: digest.optional(),
    platform: text.optional(),
  }),
  deploy: z.looseObject({
    ...linked,
    kind: z.literal('deploy'),
    release: text,
    transaction: text,
    host: text,
    target: text,
  }),
  smoke: z.looseObject({ ...linked, kind: z.literal('smoke'), release: text, passed: count, failed: count }),
} satisfies Record<Link['kind'], z.ZodType>;

/** Whether this version knows a kind of link. */
export const isKind = (kind: unknown): kind is Link['kind'] => typeof kind === 'string' && Object.hasOwn(kinds, kind);

/** What is wrong with a link of a known kind, in words; empty: nothing. */
export const linkProblems = (kind: Link['kind'], link: unknown): readonly string[] => {
  const found = kinds[kind].safeParse(link);
  return found.success ? [] : found.error.issues.map(({ path, message }) => `${path.join('.') || kind}: ${message}`);
};

/** What a document is around its links. */
export const frame = z.strictObject({
  v: z.literal(1),
  links: z.array(z.looseObject({ kind: z.string() })).min(1),
  head: digest,
});
