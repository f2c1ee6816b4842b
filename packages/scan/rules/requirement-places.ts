import { requirementLines } from '#plan';
import type { Finding } from '#plan';
import { normal } from './requirement.ts';

/**
 * Findings about packages, like `sqlparse 0.4.3`, at the lines that ask for them: the first of the requirements files (path and text) that
 * names the package. Scanners of packages tell no place; one that is known already stays.
 */
export const placeInRequirements = (
  findings: readonly Finding[],
  files: readonly (readonly [path: string, text: string])[],
): readonly Finding[] => {
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
