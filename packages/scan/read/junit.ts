import type { FailedTest } from '#plan';
import type { About, Source, TestResults } from './results.ts';
import { tally } from './tally.ts';
import type { Attributes, Entry } from './tally.ts';
import { readXml } from './xml.ts';

/** How much of a failure's text is kept, from its end: UTF-16 units. */
const mostText = 16_384;

/** What makes a test fail. `rerun…` is Surefire's, of a test that failed once more, and not among its counts. */
const faults = new Map<string, FailedTest['kind']>([
  ['failure', 'failed'],
  ['error', 'error'],
  ['rerunFailure', 'failed'],
  ['rerunError', 'error'],
]);

/** What says nothing about the outcome. `flaky…` is Surefire's, of a test that passed in the end. */
const harmless = new Set([
  ...['properties', 'property', 'system-out', 'system-err', 'attachments', 'attachment', 'warning', 'trace'],
  ...['flakyFailure', 'flakyError', 'stackTrace'],
]);

/** Some runners write `status="failed"`, and no element; GoogleTest `status="notrun"` of a test that is disabled. */
const statuses = new Map<string, FailedTest['kind'] | 'skipped'>([
  ['failed', 'failed'],
  ['failure', 'failed'],
  ['fail', 'failed'],
  ['timeout', 'failed'],
  ['aborted', 'failed'],
  ['error', 'error'],
  ['broken', 'error'],
  ['notrun', 'skipped'],
  ['skipped', 'skipped'],
  ['disabled', 'skipped'],
]);

const entryOf = (attributes: Attributes): Entry => {
  const status = statuses.get((attributes['status'] ?? attributes['result'] ?? '').toLowerCase());
  const kind = status === undefined || status === 'skipped' ? {} : { kind: status };
  return { attributes, skipped: status === 'skipped', message: '', text: '', ...kind };
};

/** unittest-xml-reporting and Surefire put the name of the exception apart, as `type`. */
const messageOf = ({ message = '', type = '' }: Attributes): string =>
  (/(Error|Exception)$/.test(type) && message !== '' ? `${type}: ${message}` : message).slice(0, mostText);

/**
 * Reads what a test runner left as JUnit XML: pytest, Django (unittest-xml-reporting), jest-junit, gotestsum, Surefire. Never rejects
 * because of what is in it. A file that is damaged or cut off, and one that has fewer tests or failures than it says of itself, counts as
 * far as it goes, and is unchecked. Only failures and names are held, however large it is.
 */
export const readJunit = async (source: Source, about: About): Promise<TestResults> => {
  const sums = tally(about);
  let test: Entry | undefined;
  /** The element whose text is that of a failure. */
  let fault: string | undefined;
  /** It stands in no test: the suite as a whole failed. */
  let ofSuite = false;
  const finish = (): void => {
    if (test !== undefined) sums.add(test);
    test = undefined;
    ofSuite = false;
  };
  const damage = await readXml(source, ['testsuites', 'testsuite'], {
    open: (name, attributes) => {
      const kind = faults.get(name);
      if (fault !== undefined) return;
      if (kind !== undefined) {
        ofSuite = test === undefined;
        test ??= entryOf({ name: sums.suiteName() });
        test.kind ??= kind;
        test.message ||= messageOf(attributes);
        if (!name.startsWith('rerun')) sums.fault();
        fault = name;
      } else if (name === 'testsuite' || name === 'testsuites') sums.openSuite(attributes);
      else if (name === 'testcase') {
        finish();
        test = entryOf(attributes);
      } else if (name === 'skipped' || name === 'disabled') {
        if (test !== undefined) test.skipped = true;
      } else if (!harmless.has(name)) sums.strange(name);
    },
    text: (text) => {
      if (fault === undefined || test === undefined || !sums.wantsText()) return;
      if (test.text === '') test.message ||= text.slice(0, mostText);
      test.text = (test.text + text).slice(-mostText);
    },
    close: (name) => {
      if (name === fault) {
        fault = undefined;
        if (ofSuite) finish();
      } else if (name === 'testcase') finish();
      else if (name === 'testsuite' || name === 'testsuites') sums.closeSuite();
    },
  });
  // cut off within a test: that it failed is known, that it passed is not
  if (test?.kind !== undefined) finish();
  return sums.results(damage);
};
