import fc from 'fast-check';

/** Runs of shell that leave a file behind where anything evaluates them. */
const commands = (canary: string): readonly string[] => [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `'; touch ${canary}; '`,
  `"; touch ${canary}; "`,
  `\n touch ${canary}\n`,
  `& touch ${canary} &`,
  `|touch ${canary}`,
  `\${x:-$(touch ${canary})}`,
  `a[$(touch ${canary})]`,
];

const atoms = [
  "'", '"', '\\', '$', '`', '$(', ')', '${', '}', '$$', '$1', '$@', '!', '!!', '\n', '\r\n', '\r', '\t', ' ', '  ', '-', '--', '-n', '-e',
  '-rf', '*', '?', '[a-z]', '~', '~root', '/etc/passwd', '..', ';', ';;', '&', '&&', '|', '||', '<', '>', '>>', '#', ' #', '=', '==', '%',
  '%s', '%n', '\\n', '\\0', '\\c', '\\x41', '\\\\', "\\'", "''", '""', "'\\''", '{a,b}', 'é', 'ß', '漢字', '🚀', '\u00a0', '\u2028', '\ufeff', '\u001b[31m',
  '\u0001', '\u007f', '\b', 'EOF', '<<EOF', 'eval', 'exit', 'x', 'A=b', 'export', '0', ' main "$@"',
] as const; // prettier-ignore

/** Text that means something to a shell; `canary` is the file that must not come to be. */
export const hostileText = (canary: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.constantFrom(...atoms, ...commands(canary)), { minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 2 }) },
  ).map((parts) => parts.join('').replaceAll('\0', '').toWellFormed()); // prettier-ignore

/** Bytes that need not be UTF-8: torn sequences, lone surrogates, Latin-1, anything but zero. */
export const hostileBytes = (canary: string): fc.Arbitrary<Buffer> => {
  const torn = ['ff', 'fe', 'c3', 'e2 82', 'ed a0 80', 'f0 9f 9a', 'c0 af', '80', 'a0'].map((hex) =>
    Buffer.from(hex.replaceAll(' ', ''), 'hex'),
  );
  const piece = fc.oneof(
    fc.constantFrom(...torn),
    hostileText(canary).map((text) => Buffer.from(text)),
    fc
      .uint8Array({ maxLength: 60 })
      .map((bytes) => Buffer.from(bytes).map((byte) => (byte === 0 ? 39 : byte)) as Buffer),
  );
  return fc.array(piece, { maxLength: 5 }).map((pieces) => Buffer.concat(pieces));
};

/** The same values each time, so that a failure can be looked at again. */
export const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): readonly T[] =>
  fc.sample(arbitrary, { numRuns: count, seed });

/** 1 MB of what quotes worst: quotes, line ends, dollars and bytes that are no UTF-8. */
export const megabyte = (seed: number): Buffer =>
  Buffer.alloc(1 << 20, Buffer.concat([Buffer.from(`'"$(\n\\${seed}\``), Buffer.from([0xff, 0x80])]));
