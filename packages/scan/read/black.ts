import { stripVTControlCharacters } from 'node:util';
import type { Finding } from '#plan';
import { pathOf } from './path.ts';
import { scanned, troubles } from './report.ts';
import type { About, ScanResults } from './results.ts';
import { oneLine } from './text.ts';

/** `3 files would be reformatted, 1 file would be left unchanged, 1 file would fail to reformat.`; without `--check` it is `3 files reformatted`. */
const summary = /^\d+ files? (would be )?(reformatted|left unchanged|failed to reformat|would fail to reformat)\b/;

const count = (line: string, what: RegExp): number => Number(what.exec(line)?.[1] ?? 0);

/**
 * What `black --check` says: files that it would change, of low severity. One that it cannot parse is unchecked, and so is an output in which nothing
 * was looked at, or that tells fewer files than it counts.
 */
export const readBlack = (text: string, { file, ...ground }: About): ScanResults => {
  const trouble = troubles('black', file);
  const findings: Finding[] = [];
  let known = false;
  let strange: string | undefined;
  let counted = 0;
  let done = false;
  for (const line of stripVTControlCharacters(text).split(/\r?\n/)) {
    const [, path] = /^(?:would reformat|reformatted) (.+)$/.exec(line) ?? [];
    if (path !== undefined)
      findings.push({
        tool: 'black',
        rule: 'would-reformat',
        severity: 'low',
        message: 'black would format it otherwise',
        file: pathOf(oneLine(path), ground),
        fix: oneLine(`black ${pathOf(oneLine(path), ground)}`),
      });
    else if (/^error: /i.test(line)) trouble.add(`says: ${line}`);
    else if (/^No (Python files are present|Path provided)/.test(line)) trouble.add('looked at no file');
    else if (summary.test(line)) counted = count(line, /(\d+) files? (?:would be )?reformatted/);
    else if (line.startsWith('All done!')) done = true;
    else if (!line.startsWith('Oh no!')) {
      if (line.trim() !== '') strange ??= line;
      continue;
    }
    known = true;
  }
  if (counted > findings.length)
    trouble.add(`says that black would format ${counted} files otherwise, and names ${findings.length}`);
  if (known && !done && findings.length === 0 && trouble.list().length === 0)
    trouble.add('does not say that black is done');
  if (!known && strange !== undefined) trouble.add(`is not what black prints: ${strange}`);
  return scanned('black', file, trouble, findings);
};
