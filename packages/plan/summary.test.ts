import { expect, test } from '@jest/globals';
import { renderSummary } from '#plan';
import type { Report } from '#plan';

const base: Report = {
  v: 1,
  action: 'deploy-over-ssh',
  result: 'done',
  verdict: 'abc1234-9f01 serves at production',
  startedAt: '2026-01-02T14:00:00Z',
  ms: 12_345,
  timeline: [],
  processes: [],
  checks: [],
  notes: [],
};

test('an unconfirmed deploy says when the host goes back by itself', () => {
  const report: Report = {
    ...base,
    target: 'production',
    host: 'deploy@example.org',
    url: 'https://example.org/',
    transaction: 't42',
    release: 'abc1234-9f01',
    previous: '0123456-77aa',
    commit: 'abc1234def',
    run: { url: 'https://ci.example/runs/7', actor: 'ada' },
    timeline: [
      { id: 'upload', says: 'send | files', ms: 4000, ok: true },
      { id: 'switch', says: 'switch', ms: 8000, ok: true, note: 'web came up' },
    ],
    gap: { measured: true, ms: 130, requests: 214, bad: 3 },
    processes: [
      { service: 'web', pid: 4711, release: 'abc1234-9f01', verdict: 'ok' },
      { service: 'web', pid: 4600, release: '0123456-77aa', verdict: 'stale' },
      { service: 'worker', pid: 0, release: '-', verdict: 'missing' },
    ],
    checks: [
      { says: 'GET /', ok: true, ms: 40, tries: 1 },
      { says: 'GET /health', ok: false, ms: 60_000, tries: 30, found: 'expected status 200, found 502' },
    ],
    undo: {
      line: 'ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t42',
      by: '2026-01-02T14:45:00Z',
      to: '0123456-77aa',
    },
    notes: [
      { kind: 'detected', text: 'venv: .venv' },
      { kind: 'warning', text: 'survives reboot: no' },
    ],
  };
  expect(renderSummary(report)).toBe(`## ✅ deploy-over-ssh: done

**abc1234-9f01 serves at production**

⏳ **Not confirmed yet.** Unless it is confirmed before, the host goes back to \`0123456-77aa\` by itself at **14:45 UTC on 2026-01-02**.

|  |  |
| --- | --- |
| target | production |
| release | \`abc1234-9f01\` of commit \`abc1234def\` |
| was | \`0123456-77aa\` |
| transaction | \`t42\` |
| host | \`deploy@example.org\` |
| url | <https://example.org/> |
| gap | 130 ms unanswered (3 of 214 requests) |
| took | 12.3 s |
| started | 14:00 UTC on 2026-01-02 by ada, <https://ci.example/runs/7> |

### Timeline

|  | step | took |  |
| --- | --- | ---: | --- |
| ✓ | send &#124; files | 4 s | ██████████ |
| ✓ | switch<br><sub>web came up</sub> | 8 s | ████████████████████ |

### Processes

| service | pid | release |  |
| --- | ---: | --- | --- |
| web | 4711 | \`abc1234-9f01\` | ✓ runs this release |
| web | 4600 | \`0123456-77aa\` | ✗ runs another release |
| worker | - | \`-\` | ✗ does not run |

### Checks

|  | check | took | tries |
| --- | --- | ---: | ---: |
| ✓ | GET / | 40 ms | 1 |
| ✗ | GET /health<br><sub>expected status 200, found 502</sub> | 1 min | 30 |

### Undo

To go back to \`0123456-77aa\`, from any machine with the deploy key:

\`\`\`sh
ssh deploy@example.org sh /srv/app-landfall/.landfall/undo t42
\`\`\`

### Notes

- ⚠️ survives reboot: no
- 🔎 venv: .venv
`);
});

test('a failed run shows the fault first', () => {
  const report: Report = {
    ...base,
    result: 'undone',
    verdict: '<abc> did not come up',
    gap: { measured: false, why: 'no url' },
    fault: {
      code: 'SWITCH_FAILED',
      what: 'web ended at once',
      host: 'deploy@example.org',
      step: 'switch',
      said: ['Traceback', '```', 'a | b'],
      problems: [{ where: 'landfall.yml', line: 3, what: 'x', next: 'y' }],
      next: 'Mend `config/wsgi.py`.',
    },
  };
  expect(renderSummary(report)).toBe(`## ↩️ deploy-over-ssh: undone

**&#60;abc&#62; did not come up**

### \`SWITCH_FAILED\`: a service did not come up on the new release

web ended at once on \`deploy@example.org\` in \`switch\`

- \`landfall.yml:3\`: x<br>→ y

\`\`\`\`text
Traceback
\`\`\`
a | b
\`\`\`\`

**Next:** Mend \`config/wsgi.py\`.

|  |  |
| --- | --- |
| gap | not measured: no url |
| took | 12.3 s |
| started | 14:00 UTC on 2026-01-02 |
`);
});

test('a dry run shows its plan opened', () => {
  const text = renderSummary({
    ...base,
    result: 'planned',
    plan: {
      action: 'rollback',
      target: 'production',
      host: 'h@x',
      release: 'a',
      path: 'online',
      undo: { kind: 'none' },
      waves: [],
      notes: [],
    },
  });
  expect(text).toContain('<details open><summary>Plan</summary>\n\n```text\nPlan: rollback to production\n');
  expect(text.endsWith('</details>\n')).toBe(true);
});

test('people are named as they are called, and never as markup', () => {
  const by = '<img src=x>|**eve**';
  const shown = renderSummary({
    ...base,
    approvals: [
      { environment: 'a|b`', by },
      { environment: 'eu', by: '' },
    ],
    record: {
      transaction: 't1',
      release: 'r1',
      opened: { by: 'ann', at: '2026-01-02T03:04:05.000Z' },
      approvals: [{ environment: 'production', by: 'ada' }],
      confirmedAt: '2026-01-02T03:05:05.000Z',
      verified: [{ by, at: '2026-01-03T03:05:05.000Z' }],
    },
  });
  expect(shown).toContain(
    '| approved | <code>a&#124;b&#96;</code> by &#60;img src=x&#62;&#124;\\*\\*eve\\*\\*, `eu` by an account that is gone |',
  );
  expect(shown).toContain('| deployed | 03:04 UTC on 2026-01-02 by ann |');
  expect(shown).toContain('| approved | `production` by ada |');
  expect(shown).toContain('| confirmed | 03:05 UTC on 2026-01-02 |');
  expect(shown).toContain('| verified | 03:05 UTC on 2026-01-03 by &#60;img');
});
