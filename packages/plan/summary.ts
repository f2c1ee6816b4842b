import { codes } from '#fault';
import { renderDuration, renderInstant } from './duration.ts';
import { place } from './fault-lines.ts';
import { bar, code, fence, prose, table } from './markdown.ts';
import { renderPlan } from './plan-lines.ts';
import { scanSummary } from './scan-summary.ts';
import type { Approval } from './github.ts';
import type { SocketSeen } from './sockets.ts';
import type { Gap, Note, Outcome, Process, Report, Signed, Times } from './types.ts';

/** The page that a run shows (GitHub-flavoured markdown), made of the report alone. Ends with a line end. */
export const renderSummary = (report: Report): string =>
  [
    [`## ${marks[report.result]} ${report.action}: ${report.result}`, '', `**${prose(report.verdict)}**`],
    unconfirmed(report),
    fault(report),
    setup(report),
    ...(report.scan === undefined ? [] : scanSummary(report.scan)),
    facts(report),
    plan(report),
    timeline(report),
    processes(report),
    checks(report),
    undo(report),
    notes(report.notes),
  ]
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n') + '\n';

const marks: Record<Outcome, string> = {
  done: '✅',
  unchanged: '✅',
  planned: '📋',
  refused: '🚫',
  failed: '❌',
  undone: '↩️',
  held: '🛑',
};

const unconfirmed = ({ undo: back }: Report): string[] => {
  if (back?.by === undefined) return [];
  const what = back.to === undefined ? 'takes the release back' : `goes back to ${code(back.to)}`;
  return [
    `⏳ **Not confirmed yet.** Unless it is confirmed before, the host ${what} by itself at **${renderInstant(back.by)}**.`,
  ];
};

const facts = (report: Report): string[] => {
  const { commit, run } = report;
  const rows: [string, string | undefined][] = [
    ['target', report.target && prose(report.target)],
    ['release', report.release && code(report.release) + (commit === undefined ? '' : ` of commit ${code(commit)}`)],
    ['was', report.previous && code(report.previous)],
    ['transaction', report.transaction && code(report.transaction)],
    ['host', report.host && code(report.host)],
    ['url', report.url && link(report.url)],
    ['gap', report.gap && gapText(report.gap)],
    ['WebSockets', report.sockets?.map(socketText).join('<br>')],
    ['took', renderDuration(report.ms)],
    [
      'started',
      renderInstant(report.startedAt) + (run === undefined ? '' : ` by ${prose(run.actor)}, ${link(run.url)}`),
    ],
    ['approved', approved(report.approvals ?? [])],
    ...record(report),
  ];
  return table(
    ['', ''],
    rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
};

const approved = (approvals: readonly Approval[]): string =>
  approvals
    .map(({ environment, by }) => `${code(environment)} by ${prose(by || 'an account that is gone')}`)
    .join(', ');

const signed = ({ by, at }: Signed): string => `${renderInstant(at)} by ${prose(by)}`;

const record = ({ record: kept }: Report): [string, string | undefined][] =>
  kept === undefined
    ? []
    : [
        ['deployed', kept.opened && signed(kept.opened)],
        ['approved', approved(kept.approvals)],
        ['confirmed', kept.confirmedAt && renderInstant(kept.confirmedAt)],
        ['verified', kept.verified.map(signed).join('<br>')],
      ];

/** A gap in words: `130 ms unanswered (3 of 214 requests)`, or why it was not measured. */
export const gapText = (gap: Gap): string => {
  if (!gap.measured) return `not measured: ${prose(gap.why)}`;
  const of = `${gap.bad} of ${gap.requests} requests`;
  return gap.ms === 0 && gap.bad === 0
    ? `none (0 of ${gap.requests} requests unanswered)`
    : `${renderDuration(gap.ms)} unanswered (${of})`;
};

/** What became of a WebSocket over the switch: `WebSocket /ws/: ended with 1006 after 2.1 s, greeted again 640 ms later`. */
export const socketText = (seen: SocketSeen): string => {
  const says = prose(seen.says);
  if (!seen.measured) return `${says}: not measured: ${prose(seen.why)}`;
  if (seen.ends.length === 0) return `${says}: stayed open`;
  const ends = seen.ends.map(({ code: number, ms }) => `${number} after ${renderDuration(ms)}`).join(', ');
  const back = seen.back === undefined ? 'not greeted again' : `greeted again ${renderDuration(seen.back)} later`;
  return `${says}: ended with ${ends}; ${back}`;
};

/** An address as a link where it surely is one, else as code. */
const link = (url: string): string => (/^https?:\/\/[^\s<>|\\`"']+$/.test(url) ? `<${url}>` : code(url));

const plan = (report: Report): string[] =>
  report.plan === undefined
    ? []
    : [
        `<details${report.result === 'planned' ? ' open' : ''}><summary>Plan</summary>`,
        '',
        ...fence(renderPlan(report.plan)),
        '',
        '</details>',
      ];

const timeline = (report: Report): string[] => {
  if (report.timeline.length === 0) return [];
  const longest = Math.max(...report.timeline.map(({ ms }) => ms));
  const rows = report.timeline.map((step) => [
    step.ok ? '✓' : '✗',
    prose(step.says) + (step.note === undefined ? '' : `<br><sub>${prose(step.note)}</sub>`),
    renderDuration(step.ms),
    bar(step.ms, longest),
  ]);
  return ['### Timeline', '', ...table(['', 'step', 'took', ''], rows, [2])];
};

const verdicts: Record<Process['verdict'], string> = {
  ok: '✓ runs this release',
  stale: '✗ runs another release',
  missing: '✗ does not run',
};

const processes = (report: Report): string[] => {
  if (report.processes.length === 0) return [];
  const rows = report.processes.map((process) => [
    prose(process.service),
    process.verdict === 'missing' ? '-' : `${process.pid}`,
    code(process.release),
    verdicts[process.verdict],
  ]);
  return ['### Processes', '', ...table(['service', 'pid', 'release', ''], rows, [1])];
};

const checks = (report: Report): string[] => {
  if (report.checks.length === 0) return [];
  const measured = report.checks.some(({ times }) => times !== undefined);
  const rows = report.checks.map((check) => [
    check.ok ? '✓' : '✗',
    prose(check.says) + (check.found === undefined ? '' : `<br><sub>${prose(check.found)}</sub>`),
    renderDuration(check.ms),
    `${check.tries}`,
    ...(measured ? [timesText(check.times)] : []),
  ]);
  const heads = ['', 'check', 'took', 'tries', ...(measured ? ['p95 (longest)'] : [])];
  return ['### Checks', '', ...table(heads, rows, measured ? [2, 3, 4] : [2, 3])];
};

const timesText = (times: Times | undefined): string =>
  times === undefined ? '' : `${renderDuration(times.p95)} of ${times.count} (${renderDuration(times.max)})`;

const undo = ({ undo: back }: Report): string[] => {
  if (back === undefined) return [];
  const to = back.to === undefined ? 'To take this release back' : `To go back to ${code(back.to)}`;
  return ['### Undo', '', `${to}, from any machine with the deploy key:`, '', ...fence(back.line.split('\n'), 'sh')];
};

const icons: Record<Note['kind'], string> = { warning: '⚠️', info: 'ℹ️', detected: '🔎' };

const notes = (all: readonly Note[]): string[] => {
  if (all.length === 0) return [];
  const order: readonly Note['kind'][] = ['warning', 'info', 'detected'];
  const sorted = order.flatMap((kind) => all.filter((note) => note.kind === kind));
  return ['### Notes', '', ...sorted.map((note) => `- ${icons[note.kind]} ${prose(note.text)}`)];
};

const fault = ({ fault: it }: Report): string[] => {
  if (it === undefined) return [];
  const where = [
    it.host === undefined ? '' : ` on ${code(it.host)}`,
    it.step === undefined ? '' : ` in ${code(it.step)}`,
  ].join('');
  const problems = (it.problems ?? []).map(
    (problem) =>
      `- ${code(place(problem))}: ${prose(problem.what)}${problem.next === undefined ? '' : `<br>→ ${prose(problem.next)}`}`,
  );
  const block = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines]);
  return [
    `### ${code(it.code)}: ${codes[it.code]}`,
    ...block([`${prose(it.what)}${where}`]),
    ...block(problems),
    ...block(it.said.length === 0 ? [] : fence(it.said.flatMap((line) => line.split('\n')))),
    ...block([`**Next:** ${prose(it.next)}`]),
  ];
};

const setup = ({ fault: it }: Report): string[] =>
  it?.setup === undefined
    ? []
    : [
        '### The setup script',
        '',
        'It makes what only root can make on the host. Save it there as `setup.sh` and read it. As root, `sh setup.sh --check` says what is missing, and `sh setup.sh` makes it.',
        '',
        '<details><summary>setup.sh</summary>',
        '',
        ...fence(it.setup.trimEnd().split('\n'), 'sh'),
        '',
        '</details>',
      ];
