import type { Test } from '#config';
import { fits } from '#plan';
import type { Base, Changes, Finding, Span, TrackedFile, Unchecked } from '#plan';
import type { RulesFound, SourceRule } from '../found.ts';
import { envFile } from './env-files.ts';
import { unpinned } from './pinned.ts';
import { askedRules } from './rule-gates.ts';
import { secretsIn } from './secrets.ts';
import { versionRaised } from './version.ts';
import { debugCode, forbiddenWords, occurrences } from './words.ts';

export type Sources = {
  /** All files of the commit; each is let go again. */
  readonly files: AsyncIterable<TrackedFile>;
  readonly changes: Changes;
  /** A file as the base has it; undefined: it has none. Asked only where `version` is, and the base is known. */
  readonly atBase: (commit: string, path: string) => Promise<string | undefined>;
  /** The release that the version is compared with, where the run is for one; else it is the base. */
  readonly released?: Base;
  /** Files that hold the words themselves: landfall.yml, the ignore file. */
  readonly apart: readonly string[];
};

/** Written by programs: what stands there nobody has written, and hashes look like secrets. */
const locks =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock|go\.sum)$/;

/** What the rules on sources say that are asked for. Reads each file once; throws what `files` and `atBase` throw. */
export const scanSources = async (wanted: Test, sources: Sources): Promise<RulesFound> => {
  const asked = askedRules(wanted);
  const looks = lookFor(wanted, asked, sources);
  const findings: Finding[] = [];
  const texts = new Map<string, string>();
  const paths: string[] = [];
  const large: string[] = [];
  if (asked.length > 0) {
    for await (const { path, kind, text } of sources.files) {
      paths.push(path);
      if (asked.includes('env files')) findings.push(...envFile(path));
      if (kind === 'large' && !locks.test(path)) large.push(path);
      if (text === undefined) continue;
      // requirements include each other, by whatever names
      if (wanted.version?.file === path || (wanted.pinned.length > 0 && /\.(?:txt|in|pip)$|(?:^|\/)[^./]+$/.test(path)))
        texts.set(path, text);
      if (wanted.pinned.length > 0 && fits(wanted.pinned)(path)) texts.set(path, text);
      if (!locks.test(path)) findings.push(...looks.flatMap((look) => look(path, text)));
    }
  }
  const pins = wanted.pinned.length === 0 ? nothing : unpinned(wanted.pinned, paths, (path) => texts.get(path));
  const version = await raised(wanted, sources, texts);
  return {
    looked: asked,
    findings: [...findings, ...pins.findings, ...version.findings],
    unchecked: [
      ...unknownLines(wanted, asked, sources.changes),
      ...unread(large, asked),
      ...pins.unchecked,
      ...version.unchecked,
    ],
    notes: [],
  };
};

type Judged = { readonly findings: readonly Finding[]; readonly unchecked: readonly Unchecked[] };
const nothing: Judged = { findings: [], unchecked: [] };

type Look = (path: string, text: string) => readonly Finding[];

const lookFor = (
  { forbid, secrets }: Test,
  asked: readonly SourceRule[],
  { changes, apart }: Sources,
): readonly Look[] => {
  const looks: Look[] = secrets ? [secretsIn] : [];
  if (forbid === undefined) return looks;
  const inFiles = forbid.files.length === 0 ? () => true : fits(forbid.files);
  const counts = (path: string): boolean => inFiles(path) && !apart.includes(path);
  const spans = (path: string): readonly Span[] | undefined => {
    if (forbid.in === 'all') return undefined;
    return changes.known ? (changes.files.get(path)?.lines ?? []) : [];
  };
  if (asked.includes('forbidden words')) {
    const words = forbiddenWords(forbid.words);
    looks.push((path, text) => (counts(path) ? occurrences(path, text, words, 'low', spans(path)) : []));
  }
  if (asked.includes('debugging code'))
    looks.push((path, text) => {
      const code = debugCode(path);
      return code === undefined || !counts(path) ? [] : occurrences(path, text, code, 'medium', spans(path));
    });
  return looks;
};

/** Rules on changed lines where those are not known. */
const unknownLines = ({ forbid }: Test, asked: readonly SourceRule[], changes: Changes): readonly Unchecked[] =>
  forbid?.in !== 'changed' || changes.known
    ? []
    : asked
        .filter((rule) => rule === 'forbidden words' || rule === 'debugging code')
        .map((by) => ({ by, what: `the change is not known: ${changes.why}` }));

const raised = async (
  { version }: Test,
  { changes, atBase, released }: Sources,
  texts: ReadonlyMap<string, string>,
): Promise<Judged> => {
  if (version === undefined) return nothing;
  const { file } = version;
  const above = async ({ commit, name }: Base): Promise<Judged> =>
    versionRaised(file, texts.get(file), await atBase(commit, file), name);
  if (released !== undefined) return above(released);
  if (changes.known) return above(changes.base);
  return {
    findings: [],
    unchecked: [{ by: 'version', what: `there is nothing to compare with: ${changes.why}`, file }],
  };
};

/** Files that are too large to be read, for each rule that would have read them. */
const unread = (large: readonly string[], asked: readonly SourceRule[]): readonly Unchecked[] =>
  asked
    .filter((rule) => rule === 'secrets' || rule === 'forbidden words' || rule === 'debugging code')
    .flatMap((by) => large.map((file) => ({ by, what: `${file} is too large to be searched`, file })));
