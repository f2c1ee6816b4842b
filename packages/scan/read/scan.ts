import { readBandit } from './bandit.ts';
import { readBlack } from './black.ts';
import { wholeText } from './decode.ts';
import { readFlake8 } from './flake8.ts';
import { mostJson } from './json.ts';
import { readPipAudit } from './pip-audit.ts';
import { scanned, troubles } from './report.ts';
import type { About, ScanResults, ScanTool, Source } from './results.ts';
import { readSafety } from './safety.ts';
import { readSarif } from './sarif.ts';

const readers: Readonly<Record<ScanTool, (text: string, about: About) => ScanResults>> = {
  sarif: readSarif,
  bandit: readBandit,
  'pip-audit': readPipAudit,
  safety: readSafety,
  flake8: readFlake8,
  black: readBlack,
};

/**
 * Reads the report of a scanner, or what it printed. Never rejects because of what is in it: what cannot be read, and what is larger than
 * {@link mostJson}, is unchecked. That flake8 or black said nothing at all is clean, if their exit code is.
 */
export const readScan = async (tool: ScanTool, source: Source, about: About): Promise<ScanResults> => {
  const read = await wholeText(source, mostJson);
  if ('text' in read) return readers[tool](read.text, about);
  const trouble = troubles(tool, about.file);
  trouble.add(read.trouble);
  return scanned(tool, about.file, trouble);
};
