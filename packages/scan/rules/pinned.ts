import { posix } from 'node:path';
import { fits, requirementLines, requirementsIncluded } from '#plan';
import type { Finding, Unchecked } from '#plan';
import { normal, requirementOf, shown } from './requirement.ts';

type Asked = { readonly file: string; readonly line: number; readonly text: string };

/** Lines of requirements and of constraints, with what they include. */
type Read = { readonly requirements: readonly Asked[]; readonly constraints: readonly Asked[] };

/**
 * Requirements that name no one version, in the files that fit the patterns and in all that these include. A version that a
 * constraints file (`-c`) gives counts. `paths` are those of the commit; `read` gives the text of one.
 */
export const unpinned = (
  patterns: readonly string[],
  paths: readonly string[],
  read: (path: string) => string | undefined,
): { readonly findings: readonly Finding[]; readonly unchecked: readonly Unchecked[] } => {
  const unchecked: Unchecked[] = [];
  const miss = (what: string, file?: string): void => {
    unchecked.push({ by: 'pinned requirements', what, ...(file === undefined ? {} : { file }) });
  };
  const named = patterns.map((pattern) => ({ pattern, files: paths.filter(fits([pattern])) }));
  for (const { pattern, files } of named) if (files.length === 0) miss(`no tracked file fits ${pattern}`);
  const findings = new Map<string, Finding>();
  for (const file of new Set(named.flatMap(({ files }) => files))) {
    const { requirements, constraints } = follow(file, read, miss);
    const pins = new Set(constraints.map(({ text }) => requirementOf(text)).flatMap(pinnedName));
    for (const asked of requirements) {
      const found = requirementOf(asked.text);
      if (found.kind === 'unreadable') miss(`${asked.file} line ${asked.line} cannot be read`, asked.file);
      if (found.kind === 'loose' && !pins.has(normal(found.name)))
        findings.set(`${asked.file}:${asked.line}`, findingOf(asked, shown(found.name), shown(found.why)));
    }
  }
  return { findings: [...findings.values()], unchecked };
};

const pinnedName = (found: ReturnType<typeof requirementOf>): readonly string[] =>
  found.kind === 'pinned' ? [normal(found.name)] : [];

const findingOf = ({ file, line }: Asked, name: string, why: string): Finding => ({
  tool: 'landfall',
  rule: 'unpinned',
  severity: 'medium',
  message: `${name} ${why}`,
  file,
  line,
  subject: name,
  fix: 'name one version with `==`',
});

const follow = (
  first: string,
  read: (path: string) => string | undefined,
  miss: (what: string, file?: string) => void,
): Read => {
  const requirements: Asked[] = [];
  const constraints: Asked[] = [];
  const seen = new Set<string>();
  const open = (file: string, into: Asked[], from: string): void => {
    const key = `${into === constraints ? 'c' : 'r'} ${file}`;
    if (seen.has(key)) return;
    seen.add(key);
    const text = read(file);
    if (text === undefined) {
      miss(`${from}${file} is not among the tracked text files`, file);
      return;
    }
    for (const { number, line } of requirementLines(text.replace(/^\uFEFF/, ''))) {
      const included = requirementsIncluded(line);
      if (included === undefined) {
        into.push({ file, line: number, text: line });
        continue;
      }
      const target = included.kind === 'constraints' ? constraints : into;
      if (/^[a-z][a-z+]*:\/\//i.test(included.file))
        miss(`${file} line ${number} includes ${shown(included.file)}, which is not in the repository`, file);
      else open(posix.normalize(posix.join(posix.dirname(file), included.file)), target, `${file} includes `);
    }
  };
  open(first, requirements, '');
  return { requirements, constraints };
};
