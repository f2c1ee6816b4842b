import { describe, expect, test } from '@jest/globals';
import { renderBytes, renderDuration, renderFault, renderInstant, renderPlan } from '#plan';
import type { Plan, Step } from '#plan';
import { bar, code, fence, plain, prose } from './markdown.ts';

const step = (id: string, says: string, more: Partial<Step> = {}): Step => ({
  id,
  on: 'deploy@example.org',
  says,
  call: { program: 'look', input: {} },
  exclusive: false,
  interrupt: 'kill',
  ...more,
});

const second: Plan = {
  action: 'deploy-over-ssh',
  target: 'production',
  host: 'deploy@example.org',
  release: 'abc1234-9f01',
  live: '0123456-77aa',
  path: 'online',
  undo: { kind: 'code', to: '0123456-77aa' },
  waves: [
    [
      step('upload', 'send what the host lacks', { needs: { bytes: 3_400_000, seconds: 90 } }),
      step('gap', 'watch the URL', { on: 'runner' }),
    ],
    [],
    [step('switch', 'switch to abc1234-9f01\nand restart web', { exclusive: true, interrupt: 'finish' })],
  ],
  notes: [
    { kind: 'warning', text: 'no URL' },
    { kind: 'detected', text: 'python.venv = .venv: web calls it' },
    { kind: 'info', text: 'one release is pruned' },
  ],
};

describe('a plan', () => {
  test('says what will happen, in order, and how it is taken back', () => {
    expect(renderPlan(second)).toEqual([
      'Plan: deploy-over-ssh to production',
      '  host     deploy@example.org',
      '  release  abc1234-9f01',
      '  live     0123456-77aa',
      '  path     online: the running release serves until the switch',
      '  undo     back to 0123456-77aa',
      'Steps',
      '  1a.  send what the host lacks [needs 3.4 MB] [about 1 min 30 s]',
      '  1b.  watch the URL [runner]',
      '  2.   switch to abc1234-9f01 and restart web [exclusive] [detached]',
      'Detected',
      '  - python.venv = .venv: web calls it',
      'To know',
      '  - one release is pruned',
      'Warnings',
      '  - no URL',
    ]);
  });

  test('of a first deploy has nothing to go back to', () => {
    const { live, ...rest } = second;
    expect(live).toBeDefined();
    expect(renderPlan({ ...rest, undo: { kind: 'none' }, waves: [], notes: [], path: 'unchanged' })).toEqual([
      'Plan: deploy-over-ssh to production',
      '  host     deploy@example.org',
      '  release  abc1234-9f01',
      '  live     nothing serves yet',
      '  path     unchanged: this very release serves already',
      '  undo     a first deploy: its services are stopped and removed; there is nothing to go back to',
      'Steps: none',
    ]);
  });
});

test('a fault says where, what was said, every problem and what to do next', () => {
  expect(
    renderFault({
      code: 'INPUT_INVALID',
      what: 'two problems',
      host: 'deploy@example.org',
      step: 'read',
      said: ['\u001b[31mred\u001b[0m', 'a\nb'],
      problems: [
        { where: 'landfall.yml', line: 12, what: 'unknown key `pth`', next: 'path: /srv/app' },
        { where: 'input host-key', what: 'is empty' },
      ],
      next: 'Mend both.\nThen run again.',
    }),
  ).toEqual([
    'INPUT_INVALID: two problems',
    '  host  deploy@example.org',
    '  step  read',
    '  | red',
    '  | a',
    '  | b',
    '  - landfall.yml:12: unknown key `pth`',
    '      → path: /srv/app',
    '  - input host-key: is empty',
    '  Next: Mend both.',
    '        Then run again.',
  ]);
});

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [999.7, '1 s'],
  [3249, '3.2 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_600, '1 h'],
  [3_840_000, '1 h 4 min'],
])('%d ms is %s', (ms, text) => {
  expect(renderDuration(ms)).toBe(text);
});

test.each([
  ['2026-01-02T14:05:09.123Z', '14:05 UTC on 2026-01-02'],
  ['2026-01-02T14:05:09+01:00', '14:05 UTC+01:00 on 2026-01-02'],
  ['soon', 'soon'],
])('the instant %s is %s', (iso, text) => {
  expect(renderInstant(iso)).toBe(text);
});

test('bytes are decimal', () => {
  expect([0, 999, 1000, 3_449_999, 2e12].map(renderBytes)).toEqual(['0 B', '999 B', '1 kB', '3.4 MB', '2 TB']);
});

describe('markdown', () => {
  test('prose shows just the text', () => {
    expect(prose('a|b <i>&amp; *x* `y [z](u) ~~s~~ $x$ snake_case _em_ \\')).toBe(
      'a&#124;b &#60;i&#62;&#38;amp; \\*x\\* \\`y \\[z\\](u) \\~\\~s\\~\\~ &#36;x&#36; snake_case \\_em\\_ \\\\',
    );
    expect(prose('set `a_b|c` and `d_`')).toBe('set <code>a&#95;b&#124;c</code> and `d_`');
    expect(prose('a\r\nb\u0007\u202ec')).toBe('a<br>bc');
  });
  test('code survives pipes and backticks', () => {
    expect(code('abc-1')).toBe('`abc-1`');
    expect(code('a|`b`<c>\nd')).toBe('<code>a&#124;&#96;b&#96;&#60;c&#62; d</code>');
    expect(code('')).toBe('');
  });
  test('a fence is longer than what it holds', () => {
    expect(fence(['a', '````'])).toEqual(['`````text', 'a', '````', '`````']);
    expect(fence(['a'], 'sh')).toEqual(['```sh', 'a', '```']);
  });
  test('terminal sequences go', () => {
    expect(plain('\u001b[1mbold\u001b[0m\ttab')).toBe('bold\ttab');
  });
  test('a bar is in proportion, and never empty for what took time', () => {
    expect([bar(0, 10), bar(1, 10_000), bar(5, 10, 4), bar(10, 10, 4), bar(1, 3, 4), bar(1, 0)]).toEqual([
      '',
      '▏',
      '██',
      '████',
      '█▍',
      '',
    ]);
  });
});
