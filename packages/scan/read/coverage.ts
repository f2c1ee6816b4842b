import { readCobertura } from './cobertura.ts';
import { readCoverageJson } from './coverage-json.ts';
import { coverage } from './coverage-lines.ts';
import { decode } from './decode.ts';
import { readLcov } from './lcov.ts';
import { troubles } from './report.ts';
import type { About, CoverageResults, Source } from './results.ts';

async function* again(first: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/**
 * Reads Cobertura XML, LCOV or coverage.py's JSON, told apart by content. Never rejects because of what is in it: a file that is damaged, and one
 * without files or lines, is unchecked.
 */
export const readCoverage = async (source: Source, { file, ...ground }: About): Promise<CoverageResults> => {
  const trouble = troubles('coverage', file);
  const found = coverage(trouble);
  const pieces = decode(source, (label) => {
    trouble.add(`is written in an unknown encoding, ${label}`);
  });
  const first = await pieces.next();
  const text = first.done === true ? '' : first.value;
  const all = again(text, pieces);
  let sources: readonly string[] = [];
  // what a program printed before it does not matter: each stands at the beginning of a line
  if (/^(TN|SF):/m.test(text)) await readLcov(all, ground, found, trouble);
  else if (/^\s*</m.test(text)) sources = await readCobertura(all, ground, found, trouble);
  else if (/^\s*\{/m.test(text)) await readCoverageJson(all, ground, found, trouble);
  else trouble.add(text.trim() === '' ? 'is empty' : "is neither Cobertura, LCOV nor coverage.py's JSON");
  const files = found.files();
  const lines = [...files.values()].some(({ covered, missed }) => covered.size + missed.size > 0);
  if (!lines && trouble.list().length === 0) trouble.add('has no line of any file');
  return { file, files, sources, unchecked: trouble.list() };
};
