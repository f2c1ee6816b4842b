/** The summary in the README: the report of a real second deploy in one step, of the demo's application, with other names for host and ids. */
import { renderSummary } from '#plan';
import type { Report } from '#plan';

const [release, previous] = ['3f9c2ab-71de', '8d01e77-0c4a'];
const from = (id: string, says: string, ms: number, note?: string): Report['timeline'][number] => ({
  id,
  says,
  ms,
  ok: true,
  ...(note === undefined ? {} : { note }),
});

const report: Report = {
  v: 1,
  action: 'deploy-over-ssh',
  result: 'done',
  verdict: `${release} serves after ${previous} (t42, 626 ms gap)`,
  target: 'production',
  host: 'deploy@example.org',
  url: 'https://example.org',
  transaction: 't42',
  release,
  previous,
  commit: '3f9c2ab50d3b4f8e0a97c6d1e2f30415a6b7c8d9',
  run: { url: 'https://github.com/OWNER/app/actions/runs/1234567890', actor: 'ada' },
  startedAt: '2026-05-04T12:31:07Z',
  ms: 5_430,
  timeline: [
    from('connect', 'connect to deploy@example.org', 49),
    from('recover', 'let the host finish what was left half-way', 113, 't41 is confirmed'),
    from('look', 'read the state of the host', 254),
    from('design', 'read the checkout and see what the host has of it', 98, `${release}: 17 files, 1 travel`),
    from('receive', `upload 1 file, take 16 from ${previous}, prove all`, 45, '17 files proved'),
    from('arrange', 'link what is shared, write .env', 26, '3 variables'),
    from('environment', 'Python environment 176ad1637dd7ec35 from requirements.txt', 20, 'unchanged'),
    from('probe', 'ask the application about itself, collect static files if there are any', 267),
    from('publish', `publish ${release}`, 452, `/srv/app-landfall/releases/${release}`),
    from('baseline', 'check the running release', 15, '2 of 2 pass'),
    from('open', 'open the transaction', 70, 't42'),
    from('switch', `switch to ${release}`, 2103, `2 processes on ${release}`),
    from('checks', 'check the release from outside', 8, '2 of 2 passed'),
    from('processes', 'ask which release each process runs', 264, `2 on ${release}`),
    from('confirm', 'confirm t42', 106, `${release} stays`),
    from('gap', 'measure the gap at the public URL', 1402, '626 ms, 9 of 79 requests unanswered'),
  ],
  gap: { measured: true, ms: 626, requests: 79, bad: 9 },
  processes: [31882, 31876].map((pid) => ({ service: 'web', pid, release, verdict: 'ok' as const })),
  checks: [
    { says: 'GET /health/', ok: true, ms: 5, tries: 1 },
    { says: 'GET /', ok: true, ms: 2, tries: 1 },
  ],
  undo: { line: 'ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t42', to: previous },
  notes: [
    {
      kind: 'detected',
      text: "db.sqlite3 is shared between releases: the SQLite file of the database 'default'",
    },
    { kind: 'detected', text: 'media is shared between releases: it is MEDIA_ROOT' },
  ],
};

const begin = '<!-- summary:begin -->';
const end = '<!-- summary:end -->';

/** A text with the example between its markers, as a quotation. */
export const withSummary = (text: string): string => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${begin} … ${end} is missing`);
  const quoted = renderSummary(report)
    .trimEnd()
    .split('\n')
    .map((line) => `> ${line}`.trimEnd());
  return `${text.slice(0, from + begin.length)}\n\n${quoted.join('\n')}\n\n${text.slice(to)}`;
};
