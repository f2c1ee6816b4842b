import type { NoticeEvent, Report, Reverted } from '#plan';
import { renderDuration } from '#plan';

/** What people are told: the message of each kind is a view of it. */
export type Notice = {
  readonly event: NoticeEvent;
  /** One line. */
  readonly title: string;
  /** One line or a few: what happened. */
  readonly text: string;
  /** Name and value, in the order of their weight. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The page of the run. */
  readonly run?: string;
  /** ISO 8601. Left out where it is not known beforehand. */
  readonly at?: string;
  readonly report: Pick<
    Report,
    'action' | 'result' | 'target' | 'host' | 'url' | 'release' | 'previous' | 'transaction'
  >;
  readonly fault?: { readonly code: string; readonly what: string; readonly step?: string; readonly next: string };
};

const marks: Readonly<Record<NoticeEvent, string>> = {
  success: '✅',
  failure: '❌',
  undone: '↩️',
  held: '🛑',
  reverted: '⏪',
};

/** How an end is called; undefined: nothing that people need to hear. A smoke test that passes is no news. */
export const eventOf = (
  { result, undo }: Pick<Report, 'result' | 'undo'>,
  { quiet = false, back = false } = {},
): NoticeEvent | undefined => {
  switch (result) {
    case 'planned':
    case 'unchanged':
      return undefined;
    case 'refused':
    case 'failed':
      return 'failure';
    case 'undone':
    case 'held':
      return result;
    case 'done':
      if (back) return 'undone';
      // what is not confirmed yet is told of by its end
      return quiet || undo?.by !== undefined ? undefined : 'success';
  }
};

const names = ({ action, target, host }: Report): string =>
  `${action}${target === undefined ? '' : ` ${target}`}${host === undefined ? '' : ` on ${host}`}`;

const known = (facts: readonly (readonly [string, string | undefined])[]): Notice['facts'] =>
  facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));

const basis = (report: Report): Pick<Notice, 'run' | 'at' | 'report'> => {
  const { action, result, target, host, url, release, previous, transaction, run, startedAt } = report;
  const kept = Object.entries({ action, result, target, host, url, release, previous, transaction });
  return {
    ...(run === undefined || !/^https?:/.test(run.url) ? {} : { run: run.url }),
    at: startedAt,
    report: Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as Notice['report'],
  };
};

/** The notice of an action's end; undefined: there is none. */
export const noticeOf = (report: Report, how: { quiet?: boolean; back?: boolean } = {}): Notice | undefined => {
  const event = eventOf(report, how);
  if (event === undefined) return undefined;
  const { fault, gap } = report;
  return {
    ...basis(report),
    event,
    title: `${marks[event]} ${names(report)}: ${report.result}`,
    text: report.verdict,
    facts: known([
      [event === 'undone' || event === 'failure' ? 'serves' : 'release', report.release],
      ['was', event === 'success' ? report.previous : undefined],
      ['transaction', report.transaction],
      ['step', fault?.step],
      ['fault', fault?.code],
      ['next', fault?.next],
      ['gap', gap?.measured === true ? renderDuration(gap.ms) : undefined],
      ['took', renderDuration(report.ms)],
      ['by', report.run?.actor],
      ['url', report.url],
    ]),
    ...(fault === undefined
      ? {}
      : {
          fault: {
            code: fault.code,
            what: fault.what,
            next: fault.next,
            ...(fault.step === undefined ? {} : { step: fault.step }),
          },
        }),
  };
};

type Taken = Omit<Reverted, 'at'> & { readonly at?: string };

const revertedFacts = (target: string | undefined, { release, previous, held }: Taken, finder?: string) =>
  known([
    ['target', target],
    ['was deployed', release],
    ['serves since', held ? undefined : previous],
    ['found by', finder],
  ]);

const byItself = (host: string | undefined, { number, held }: Taken): string =>
  held
    ? `${marks.held} ${host ?? 'the host'} could not take t${number} back`
    : `${marks.reverted} ${host ?? 'the host'} took t${number} back by itself`;

/** The notice that a host has taken a release back by itself, told by whoever finds it. */
export const revertedNotice = (report: Report, reverted: Reverted): Notice => ({
  ...basis(report),
  event: 'reverted',
  title: byItself(report.host, reverted),
  text: reverted.says,
  facts: revertedFacts(report.target, reverted, report.action),
  at: reverted.at,
});

/** The same, made before the host may come to do it, and told by the host: it adds nothing, so no time is named. `run`: the page of the run that opened. */
export const hostNotice = (about: Pick<Notice, 'report' | 'run'>, reverted: Omit<Reverted, 'at'>): Notice => ({
  ...about,
  event: 'reverted',
  title: byItself(about.report.host, reverted),
  text: reverted.says,
  facts: revertedFacts(about.report.target, reverted),
});
