import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { must } from '#fault';
import type { Evidence, Link } from '#plan';
import { built, tested } from '../../test/fakes/evidence.ts';
import { digestOfBytes } from '#plan';
import { begin, digestOf, encode, grow, largest, read } from './index.ts';
import type { Said } from './index.ts';

const bytes = (evidence: unknown): Uint8Array => Buffer.from(encode(evidence as Evidence));

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((text) => /^[^\p{Cc}\p{Cs}]+$/u.test(text));
const digest = fc.string().map(digestOfBytes);
const common = {
  at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
  run: fc.record({ url: line, actor: line }),
};
const count = fc.nat();
const commit = fc.record({
  ...common,
  kind: fc.constant('commit' as const),
  repository: line,
  commit: fc.stringMatching(/^[0-9a-f]{40}$/),
});
const said: fc.Arbitrary<Exclude<Said, { kind: 'commit' }>> = fc.oneof(
  fc.record({
    ...common,
    kind: fc.constant('tests' as const),
    verdict: fc.constantFrom('passed' as const, 'failed' as const, 'incomplete' as const),
    tests: fc.record({ total: count, failed: count, skipped: count }),
    findings: count,
    coverage: fc.double({ min: 0, max: 100, noNaN: true }),
    report: digest,
  }),
  fc.record({ ...common, kind: fc.constant('image' as const), image: line, digest }),
  fc.record({
    ...common,
    kind: fc.constant('sbom' as const),
    image: digest,
    format: fc.constant('spdx' as const),
    digest,
  }),
  fc.record({
    ...common,
    kind: fc.constant('deploy' as const),
    release: line,
    transaction: line,
    host: line,
    target: line,
  }),
  fc.record({ ...common, kind: fc.constant('smoke' as const), release: line, passed: count, failed: count }),
);
const chain = fc
  .tuple(commit, fc.array(said, { minLength: 1, maxLength: 6 }))
  .map(([first, rest]) => rest.reduce(grow, begin(first)));

describe('a chain', () => {
  test('reads as it was written, and is written as it was read', () => {
    fc.assert(
      fc.property(chain, (evidence) => {
        const text = encode(evidence);
        const again = must(read(Buffer.from(text)));
        expect(again).toEqual(JSON.parse(JSON.stringify(evidence)));
        expect(encode(again)).toBe(text);
      }),
    );
  });

  test('keeps each link as it was when it grows', () => {
    fc.assert(
      fc.property(chain, said, (evidence, more) => {
        const grown = grow(evidence, more);
        expect(grown.links.slice(0, -1)).toEqual(evidence.links);
        expect(grown.links.at(-1)?.after).toBe(digestOf(evidence.links.at(-1) as Link));
      }),
    );
  });

  test('is not read when any one byte of it is another, is missing, or is there twice', () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.integer({ min: 1, max: 255 }), (evidence, where, change) => {
        const whole = Buffer.from(encode(evidence));
        const at = where % whole.length;
        const other = Buffer.from(whole);
        other[at] = (whole[at] ?? 0) ^ change;
        expect(read(other).ok).toBe(false);
        expect(read(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)])).ok).toBe(false);
        expect(read(Buffer.concat([whole.subarray(0, at), whole.subarray(at, at + 1), whole.subarray(at)])).ok).toBe(
          false,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('is not read when any one value of it is another, though it is written well', () => {
    fc.assert(
      fc.property(chain, fc.nat(), (evidence, which) => {
        const other = JSON.parse(JSON.stringify(evidence)) as Evidence;
        const places = leaves(other);
        const place = places[which % places.length];
        place?.change();
        expect(read(bytes(other))).toMatchObject({ ok: false, fault: { code: 'EVIDENCE_DIFFERS' } });
      }),
      { numRuns: 500 },
    );
  });

  test('is not read when links are left out, moved, put in or doubled', () => {
    fc.assert(
      fc.property(chain, chain, fc.nat(), fc.nat(), (evidence, foreign, one, two) => {
        const { links } = evidence;
        const at = one % links.length;
        const to = two % links.length;
        const without = links.filter((_, index) => index !== at);
        const moved = [...without.slice(0, to), links[at] as Link, ...without.slice(to)];
        const stranger = foreign.links[two % foreign.links.length] as Link;
        const forged: readonly (readonly Link[])[] = [
          without,
          ...(to === at ? [] : [moved]),
          [...links.slice(0, at), stranger, ...links.slice(at)],
          [...links, stranger],
          [...links.slice(0, at + 1), links[at] as Link, ...links.slice(at + 1)],
          links.slice(0, at),
        ];
        for (const other of forged) {
          // equal links in another order are no change
          if (JSON.stringify(other) !== JSON.stringify(links))
            expect(read(bytes({ ...evidence, links: other })).ok).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is never read of junk, and junk ends in words', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (junk) => {
          expect(read(junk)).toMatchObject({ ok: false, fault: { code: 'EVIDENCE_DIFFERS' } });
        },
      ),
    );
  });
});

/** Every plain value in a document, with a way to change it. */
const leaves = (value: object): readonly { readonly change: () => void }[] =>
  Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    typeof inner === 'object' && inner !== null
      ? leaves(inner)
      : [
          {
            change: () => {
              const other = typeof inner === 'number' ? inner + 1 : `${String(inner)}0`;
              Object.assign(value, { [key]: other });
            },
          },
        ],
  );

describe('what is wrong with a document is said', () => {
  const good = built(tested('1'.repeat(40)));
  const problems = (evidence: unknown): readonly string[] => said_(read(bytes(evidence)));
  const said_ = (result: ReturnType<typeof read>): readonly string[] =>
    result.ok ? [] : (result.fault.problems ?? []).map(({ what }) => what);
  const links = good.links.map((link) => ({ ...link })) as [Link, Link, Link, Link];

  test('a digest is that of RFC 8785: keys sorted, no spaces', () => {
    const [first] = begin({
      run: { url: 'u', actor: 'é' },
      kind: 'commit',
      repository: 'o/r',
      commit: 'c',
      at: 't',
    }).links;
    const text = '{"at":"t","commit":"c","kind":"commit","repository":"o/r","run":{"actor":"é","url":"u"}}';
    expect(digestOf(first as Link)).toBe(digestOfBytes(text));
  });
  test('which link was changed', () => {
    const changed = { ...good, links: [links[0], { ...links[1], findings: 3 }, links[2], links[3]] };
    expect(problems(changed)).toEqual([
      'link 3 (image) does not follow link 2 (tests): one of them was changed, or something between them is missing',
    ]);
  });
  test('that the end is missing', () => {
    expect(problems({ ...good, links: links.slice(0, 3) })).toEqual([
      'the last link is not the one that the document ended with: it was changed, or links after it are missing',
    ]);
  });
  test('that the beginning is missing, and that there are two', () => {
    expect(problems({ ...good, links: links.slice(1) })[0]).toBe(
      'link 1 (tests) is no commit: the beginning is missing',
    );
    const twice = grow(good, { ...links[0], after: undefined } as never);
    expect(problems(JSON.parse(JSON.stringify(twice)))).toEqual(['link 5 (commit) is a second commit']);
  });
  test('a kind and a form of a newer version', () => {
    const newer = grow(good, { kind: 'backup', at: links[0].at, run: links[0].run } as never);
    expect(problems(newer)).toEqual([
      'link 5 is of a kind that this version does not know: "backup"; a newer Landfall has written it',
    ]);
    expect(problems({ ...good, v: 2 })).toEqual(['it has the form 2, of a newer Landfall; this one reads 1']);
  });
  test('every value of a wrong form, at once', () => {
    const odd = {
      ...good,
      links: [
        { ...links[0], commit: 'main' },
        { ...links[1], findings: -1, verdict: 'green' },
      ],
    };
    expect(problems(odd)).toEqual([
      'link 1 (commit): commit: expected the full id of a commit',
      expect.stringMatching(/^link 2 \(tests\): verdict: /),
      expect.stringMatching(/^link 2 \(tests\): findings: /),
    ]);
  });
  test('that it was formatted, has a key twice, or is too large', () => {
    expect(said_(read(Buffer.from(JSON.stringify(good))))[0]).toMatch(/^its bytes are not those that were written/);
    const twice = encode(good).replace('"findings": 0,', '"findings": 7,\n      "findings": 0,');
    expect(said_(read(Buffer.from(twice)))[0]).toMatch(/^its bytes are not those that were written/);
    expect(said_(read(new Uint8Array(largest + 1)))).toEqual([
      `it has ${largest + 1} bytes; at most ${largest} are read`,
    ]);
    expect(said_(read(Buffer.from('[')))).toEqual(['it is no JSON']);
  });
  test('nesting that no stack can take', () => {
    const deep = `{"v":1,"head":"${good.head}","links":[{"kind":"commit","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`;
    expect(read(Buffer.from(deep)).ok).toBe(false);
  });
});
