import { parse } from 'smol-toml';
import { explain, gt as newerPython } from '@renovatebot/pep440';
import semver from 'semver';
import type { Finding, Unchecked } from '#plan';

/** A version, by the order of its scheme; or why there is none. */
type Version =
  | { readonly known: true; readonly text: string; readonly line: number; readonly scheme: 'python' | 'semver' }
  | { readonly known: false; readonly why: string };

const none = (why: string): Version => ({ known: false, why });

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' ? (found as Record<string, unknown> | null)?.[key] : undefined),
    value,
  );

/** pyproject.toml (PEP 621, or poetry's own table), package.json, a Python file with `__version__`; else a file that holds nothing more. */
const versionIn = (file: string, text: string): Version => {
  const name = file.slice(file.lastIndexOf('/') + 1);
  try {
    if (name === 'pyproject.toml') return ofProject(text);
    if (name.endsWith('.json')) return named(at(JSON.parse(text.replace(/^\uFEFF/, '')), 'version'), text, 'semver');
  } catch {
    return none('it cannot be read');
  }
  if (name.endsWith('.py')) {
    const [, found] = /^__version__\s*(?::\s*\w+\s*)?=\s*["']([^"'\n]+)["']/m.exec(text) ?? [];
    return named(found, text, 'python');
  }
  return named(/^\uFEFF?\s*(\S{1,100})\s*$/.exec(text)?.[1], text, 'python');
};

const ofProject = (text: string): Version => {
  const project = parse(text);
  const dynamic = at(project, 'project', 'dynamic');
  if (Array.isArray(dynamic) && dynamic.includes('version'))
    return none('its version is `dynamic`: name the file that holds it');
  return named(at(project, 'project', 'version') ?? at(project, 'tool', 'poetry', 'version'), text, 'python');
};

/** What is no version of Python's is one of semver's, or none at all. */
const named = (found: unknown, text: string, first: 'python' | 'semver'): Version => {
  if (typeof found !== 'string') return none('it names no version');
  const line = text.slice(0, Math.max(0, text.indexOf(found))).split('\n').length;
  const fits = { python: explain(found) !== null, semver: semver.valid(found) !== null };
  const scheme = fits[first] ? first : first === 'python' && fits.semver ? 'semver' : undefined;
  return scheme === undefined ? none(`${found} is no version`) : { known: true, text: found, line, scheme };
};

/** PEP 440, or semver where both are of that. */
const isNewer = (now: string, before: string, scheme: 'python' | 'semver'): boolean =>
  scheme === 'semver' ? semver.gt(now, before) : newerPython(now, before);

type Judged = { readonly findings: readonly Finding[]; readonly unchecked: readonly Unchecked[] };

/** Whether the version of a file is higher than at the base; a file that is new has none to be higher than. `base` is its name. */
export const versionRaised = (
  file: string,
  now: string | undefined,
  before: string | undefined,
  base: string,
): Judged => {
  const miss = (what: string): Judged => ({ findings: [], unchecked: [{ by: 'version', what, file }] });
  if (now === undefined) return miss(`${file} is not among the tracked text files`);
  const current = versionIn(file, now);
  if (!current.known) return miss(`${file}: ${current.why}`);
  if (before === undefined) return { findings: [], unchecked: [] };
  const earlier = versionIn(file, before);
  if (!earlier.known) return miss(`${file} of ${base}: ${earlier.why}`);
  if (current.scheme !== earlier.scheme) return miss(`${file}: ${current.text} and ${earlier.text} cannot be compared`);
  if (isNewer(current.text, earlier.text, current.scheme)) return { findings: [], unchecked: [] };
  const same = current.text === earlier.text;
  const finding: Finding = {
    tool: 'landfall',
    rule: 'version-not-raised',
    severity: 'medium',
    message: same
      ? `the version is still ${current.text}, as in ${base}`
      : `the version ${current.text} is not higher than ${earlier.text}, that of ${base}`,
    file,
    line: current.line,
    subject: current.text,
    fix: 'raise it',
  };
  return { findings: [finding], unchecked: [] };
};
