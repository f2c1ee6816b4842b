import { requirementLines, requirementsIncluded } from '#plan';
import type { Finding, Unchecked } from '#plan';
import type { ScanResults } from '../read/results.ts';
import { normal, requirementOf, shown } from './requirement.ts';

/** Requirements files: path and text of each. */
type Files = readonly (readonly [path: string, text: string])[];

/**
 * Findings about packages, like `sqlparse 0.4.3`, at the lines that ask for them: the first of the requirements files (path and text) that
 * names the package. Scanners of packages tell no place; one that is known already stays.
 */
export const placeInRequirements = (findings: readonly Finding[], files: Files): readonly Finding[] => {
  const places = new Map<string, { readonly file: string; readonly line: number }>();
  for (const [file, text] of files) {
    for (const { number, line } of requirementLines(text)) {
      const [name] = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line) ?? [];
      if (name !== undefined && !places.has(normal(name))) places.set(normal(name), { file, line: number });
    }
  }
  return findings.map((finding) => {
    const name = finding.subject?.split(' ')[0];
    const place = finding.file !== undefined || name === undefined ? undefined : places.get(normal(name));
    return place === undefined ? finding : { ...finding, ...place };
  });
};

/** Requirements of these files that a scanner's report does not have among the packages which it looked at: it left them out without a word. */
export const notScanned = (
  { tool, file: report, packages }: Pick<ScanResults, 'tool' | 'file' | 'packages'>,
  files: Files,
): readonly Unchecked[] => {
  if (packages === undefined) return [];
  const seen = new Set(packages.map(normal));
  return files.flatMap(([file, text]) =>
    requirementLines(text).flatMap(({ number, line }): Unchecked[] => {
      const asked = requirementsIncluded(line) === undefined ? requirementOf(line) : undefined;
      if ((asked?.kind !== 'pinned' && asked?.kind !== 'loose') || seen.has(normal(asked.name))) return [];
      return [
        { by: tool, what: `${report} does not have ${shown(asked.name)}, which ${file} line ${number} asks for`, file },
      ];
    }),
  );
};
