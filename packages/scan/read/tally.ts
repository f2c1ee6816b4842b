import type { FailedTest } from '#plan';
import { pathOf } from './path.ts';
import { placeIn } from './place.ts';
import { troubles } from './report.ts';
import { mostFailures } from './results.ts';
import type { About, TestResults } from './results.ts';
import { firstLine, lastLines, oneLine } from './text.ts';

export type Attributes = Readonly<Record<string, string>>;

/** One `testcase`, or what failed outside of one. */
export type Entry = {
  readonly attributes: Attributes;
  kind?: FailedTest['kind'];
  skipped: boolean;
  message: string;
  /** The end of what it said. */
  text: string;
};

/** Tests that are noted by name; all are counted. */
const mostNames = 1_000_000;

const tailLines = 20;

/** What a suite says of itself, and what was found in it and below. */
type Suite = {
  readonly name: string;
  readonly tests: number;
  readonly bad: number;
  readonly says: boolean;
  found: number;
  faults: number;
};

/** A string of its own: a part of a long one would keep all of that alive. */
const own = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** Seconds, also with thousands set apart, as ms. */
const msOf = (time: string | undefined): number => {
  const seconds = Number((time ?? '0').replaceAll(',', ''));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
};

/** `x_test.go:15: got 2`: for Go the message is `Failed`, always. */
const saidIn = (tail: readonly string[]): string | undefined =>
  tail.find((line) => /^\s*\w+_test\.go:\d+: /.test(line))?.trim();

/** Adds up what a file of tests holds, and compares it with what its suites say of themselves. */
export const tally = ({ file, ...ground }: About) => {
  const trouble = troubles('tests', file);
  const names = new Map<string, boolean>();
  const failures: FailedTest[] = [];
  const totals = { total: 0, passed: 0, failed: 0, skipped: 0 };
  const suites: Suite[] = [];
  let ms = 0;

  const countIn = (attributes: Attributes, name: string): number => {
    const written = attributes[name]?.trim() ?? '0';
    if (/^\d+$/.test(written)) return Number(written);
    trouble.add(`has ${name}="${oneLine(written).slice(0, 40)}", which is no number`);
    return 0;
  };

  const failureOf = ({ attributes, message, text }: Entry, group: string, kind: FailedTest['kind']): FailedTest => {
    const tail = lastLines(text, tailLines).map(own);
    const { file: path, line } = attributes;
    // pytest (`junit_family=xunit1`) counts lines from 0
    const first = suites.some(({ name }) => name === 'pytest' || name === 'pytest tests') ? 1 : 0;
    const at = line === undefined ? NaN : Number(line) + first;
    const written = path === undefined ? undefined : { file: pathOf(oneLine(path), ground), line: at };
    const place = placeIn(tail, ground) ?? written;
    return {
      suite: oneLine(group),
      name: oneLine(attributes['name'] ?? ''),
      kind,
      message: own(saidIn(tail) ?? (firstLine(message) || firstLine(text))),
      tail,
      ...(place === undefined ? {} : { file: place.file }),
      ...(place !== undefined && place.line > 0 && Number.isInteger(place.line) ? { line: place.line } : {}),
    };
  };

  return {
    openSuite: (attributes: Attributes): void => {
      suites.push({
        name: attributes['name'] ?? '',
        tests: countIn(attributes, 'tests'),
        bad: countIn(attributes, 'failures') + countIn(attributes, 'errors'),
        says: attributes['tests'] !== undefined && attributes['failures'] !== undefined,
        found: 0,
        faults: 0,
      });
    },
    closeSuite: (): void => {
      const suite = suites.pop();
      if (suite === undefined) return;
      // pytest counts subtests that passed among its tests, and shows none of them; what failed is counted apart
      const counts = suite.name !== 'pytest' && suites.at(-1)?.name !== 'pytest tests';
      const called = suite.name === '' ? '' : ` of ${oneLine(suite.name).slice(0, 100)}`;
      if (counts && suite.tests > suite.found)
        trouble.add(`says ${suite.tests} tests${called}, and has ${suite.found}`);
      if (suite.bad > suite.faults) trouble.add(`says ${suite.bad} failures${called}, and shows ${suite.faults}`);
      const around = suites.at(-1);
      if (around === undefined) return;
      // what this one lacks was told
      around.found += Math.max(suite.found, suite.tests);
      around.faults += Math.max(suite.faults, suite.bad);
    },
    suiteName: (): string => suites.at(-1)?.name ?? '',
    /** One element that makes a test fail. */
    fault: (): void => {
      const suite = suites.at(-1);
      if (suite !== undefined) suite.faults += 1;
    },
    /** An element that no runner is known to write could be a failure: unless the counts around it speak for it. */
    strange: (name: string): void => {
      if (!suites.some(({ says }) => says)) trouble.add(`has <${oneLine(name).slice(0, 40)}>, which is not known`);
    },
    add: (entry: Entry): void => {
      const { attributes, kind, skipped } = entry;
      const suite = suites.at(-1);
      const name = attributes['name'] ?? '';
      const group = attributes['classname'] ?? suite?.name ?? '';
      const outcome = kind === undefined ? (skipped ? 'skipped' : 'passed') : 'failed';
      if (suite !== undefined) suite.found += 1;
      totals.total += 1;
      totals[outcome] += 1;
      ms += msOf(attributes['time']);
      const id = own(oneLine(group === '' ? name : `${group}::${name}`));
      if (names.has(id)) names.set(id, names.get(id) === true && outcome === 'skipped');
      else if (names.size < mostNames) names.set(id, outcome === 'skipped');
      else if (names.size === mostNames) trouble.add(`has more than ${mostNames} tests: the rest is not noted by name`);
      if (kind !== undefined && failures.length < mostFailures) failures.push(failureOf(entry, group, kind));
    },
    /** Whether more failures are told one by one. */
    wantsText: (): boolean => failures.length < mostFailures,
    results: (damage: string | undefined): TestResults => {
      if (damage !== undefined) trouble.add(damage);
      const tests = [...names].map(([id, wasSkipped]) => ({ id, skipped: wasSkipped }));
      return { file, totals, ms: Math.round(ms), failures, tests, unchecked: trouble.list() };
    },
  };
};
