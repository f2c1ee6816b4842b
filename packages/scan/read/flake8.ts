import { stripVTControlCharacters } from 'node:util';
import type { Finding } from '#plan';
import { pathOf } from './path.ts';
import { scanned, troubles } from './report.ts';
import type { About, ScanResults } from './results.ts';
import { firstLine } from './text.ts';

/** The default form, and `--format=pylint`. Plugins have codes of other lengths than its own (before 6.0: `DALL000`): https://flake8.pycqa.org/en/latest/glossary.html#term-error-code */
const form = /^(?<path>[^:\s][^:]*):(?<line>\d+):(?:\d+:)? \[?(?<code>[A-Z]{1,6}\d{0,4})\]?(?: (?<says>.*))?$/;

/** What `--count` and `--statistics` print beside: how many, of all or of one code. A number further in is a line of source, as `--show-source` has it. */
const sums = /^(\d+)(\s+[A-Z]{1,3}\d{1,4} .*)?\s*$/;

const broken = /^(Traceback \(most recent call last\)|usage: flake8|flake8: error|There was a critical error)/;

/**
 * What flake8 prints by default, also with `--show-source`, `--count`, `--statistics` or colours. It has no severities: all are low, but a
 * file that is no Python (E999) is high: nothing else in it was looked at. A file that it could not read (E902) is unchecked.
 */
export const readFlake8 = (text: string, { file, ...ground }: About): ScanResults => {
  const trouble = troubles('flake8', file);
  const findings: Finding[] = [];
  let known = 0;
  let counted = 0;
  let unread = 0;
  let strange: string | undefined;
  for (const written of stripVTControlCharacters(text).split(/\r?\n/)) {
    const found = form.exec(written)?.groups;
    if (broken.test(written)) trouble.add(`says: ${written}`);
    if (found === undefined) {
      const [, sum] = sums.exec(written) ?? [];
      if (sum !== undefined) {
        known += 1;
        counted = Math.max(counted, Number(sum));
      } else if (written.trim() !== '') strange ??= written;
      continue;
    }
    known += 1;
    const { path = '', line = '', code = '', says = '' } = found;
    if (code === 'E902') {
      trouble.add(`could not look at ${path}: ${says}`);
      unread += 1;
    } else
      findings.push({
        tool: 'flake8',
        rule: code,
        severity: code === 'E999' ? 'high' : 'low',
        message: firstLine(says),
        file: pathOf(path, ground),
        ...(Number(line) > 0 ? { line: Number(line) } : {}),
      });
  }
  if (counted > findings.length + unread) trouble.add(`counts ${counted} findings, and shows ${findings.length}`);
  if (known === 0 && strange !== undefined) trouble.add(`is not what flake8 prints: ${strange}`);
  return scanned('flake8', file, trouble, findings);
};
