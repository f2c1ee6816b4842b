import { join, posix } from 'node:path';
import { filesOf } from '#check';
import { writeBytes } from '#command';
import type { GitHub, Note, RunContext, ScanReport } from '#plan';
import { mergeSarif, uploadSarif } from '#scan';
import type { Found, Judgement } from '#scan';
import type { Suite } from './base-tests.ts';

type Given = {
  readonly github: GitHub;
  readonly context: RunContext;
  readonly workspace: string;
  readonly temp: string;
  readonly startedAt: Date;
  /** Hides secrets. */
  readonly scrub: (text: string) => string;
};

/** Writes all findings as one SARIF file, and gives it to code scanning where that is wanted. What cannot be is said, and changes no verdict. */
export const tellFindings = async (
  { scan, excepted }: Judgement,
  scans: Found['scans'],
  upload: boolean,
  suite: Suite,
  given: Given,
): Promise<{ readonly sarif: NonNullable<ScanReport['sarif']>; readonly notes: readonly Note[] }> => {
  const { log, notes } = mergeSarif({
    from: fromOf(suite, given.context),
    scans,
    findings: scan.findings,
    excepted,
    lineOf: linesOf(given.workspace),
  });
  const text = given.scrub(JSON.stringify(log));
  const file = join(given.temp, `landfall-findings-${given.context.driver}.sarif`);
  await writeBytes(file, Buffer.from(text));
  const sarif = upload ? await uploadSarif(given.github, { file, text }, given) : { file, upload: 'off' as const };
  return { sarif, notes: [...notes, ...told(sarif)] };
};

/** The name that people gave, else workflow, job and step; and the shard of its matrix. */
const fromOf = (
  { name, matrix }: Pick<Suite, 'name' | 'matrix'>,
  { workflow, job, step }: Pick<RunContext, 'workflow' | 'job' | 'step'>,
): readonly string[] => {
  const own = name === undefined ? [posix.basename(workflow), job, step] : [name];
  return [...own.filter((part) => part !== undefined), ...shardOf(matrix)];
};

/** `key:value` of each value of a matrix; of what is none, itself. */
const shardOf = (matrix: string): readonly string[] => {
  let read: unknown = null;
  try {
    read = JSON.parse(matrix);
  } catch {
    return matrix === '' ? [] : [matrix];
  }
  if (read === null) return [];
  if (typeof read !== 'object') return [matrix];
  return Object.entries(read).map(
    ([key, value]) => `${key}:${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
};

/** What people are told of the upload: whether code scanning has the findings, and if not, why. */
const told = ({ upload, why = '' }: NonNullable<ScanReport['sarif']>): readonly Note[] => {
  if (upload === 'off') return [];
  const text = upload === 'done' ? 'code scanning has the findings' : `code scanning did not get the findings: ${why}`;
  return [{ kind: 'info', text }];
};

/** Lines of files of the checkout, each read once. */
const linesOf = (workspace: string): ((file: string, line: number) => string | undefined) => {
  const read = filesOf(workspace);
  const known = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = known.get(file);
    if (lines === undefined) {
      const content = read(file);
      lines = typeof content === 'string' ? [] : Buffer.from(content).toString('utf8').split('\n');
      known.set(file, lines);
    }
    return lines[line - 1];
  };
};
