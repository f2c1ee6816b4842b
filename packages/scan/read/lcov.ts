import { hitsOf } from './coverage-lines.ts';
import type { Coverage } from './coverage-lines.ts';
import { decode } from './decode.ts';
import { pathOf } from './path.ts';
import type { Troubles } from './report.ts';
import type { Ground, Source } from './results.ts';
import { oneLine } from './text.ts';

// https://manpages.debian.org/bookworm/lcov/geninfo.1.en.html#FILES; MC/DC and the later function records are of lcov 2
const others = /^(TN|VER|FN|FNL|FNA|FNDA|FNF|FNH|BRDA|BRF|BRH|MCDC|MCF|MRF|MRH|MCH):|^#|^\s*$/;

/** Longest line that LCOV could have, in UTF-16 units. */
const longest = 65_536;

async function* linesOf(source: Source, trouble: Troubles): AsyncGenerator<string> {
  let rest = '';
  const pieces = decode(source, (label) => {
    trouble.add(`is written in an unknown encoding, ${label}`);
  });
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length <= longest) continue;
    trouble.add('has a line that is too long');
    return;
  }
  yield rest;
}

type Record = {
  readonly path: string;
  readonly covered: Set<number>;
  readonly lines: Set<number>;
  says: { lines: number; covered: number };
};

/** LCOV of any tool: `SF`, `DA`, `LF`, `LH`. Records of one file are put together. One without its end is unchecked. */
export const readLcov = async (source: Source, ground: Ground, found: Coverage, trouble: Troubles): Promise<void> => {
  let record: Record | undefined;
  for await (const written of linesOf(source, trouble)) {
    const line = written.replace(/\r$/, '');
    const [, key = '', value = ''] = /^([A-Za-z_]+):?(.*)$/.exec(line) ?? [];
    if (key === 'SF') {
      if (record !== undefined) trouble.add(`has no end of the record of ${record.path}`);
      const path = pathOf(oneLine(value), ground);
      found.file(path);
      record = { path, covered: new Set(), lines: new Set(), says: { lines: 0, covered: Infinity } };
    } else if (key === 'DA' && record !== undefined) {
      const [number, hits] = value.split(',');
      found.line(record.path, hitsOf(number), hitsOf(hits));
      record.lines.add(hitsOf(number));
      if (hitsOf(hits) > 0) record.covered.add(hitsOf(number));
    } else if (key === 'LF' && record !== undefined) record.says.lines = hitsOf(value);
    else if (key === 'LH' && record !== undefined) record.says.covered = hitsOf(value);
    else if (line === 'end_of_record' && record !== undefined) {
      const { path, lines, covered, says } = record;
      found.compare(` of ${path}`, { lines: lines.size, covered: covered.size }, says);
      record = undefined;
    } else if (!others.test(line)) trouble.add(`has a line that is not LCOV: ${line}`);
  }
  if (record !== undefined) trouble.add(`is cut off in the record of ${record.path}`);
};
