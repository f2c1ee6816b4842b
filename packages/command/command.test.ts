import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openRunner } from '#command';
import type { Command, Ran, Runner } from '#command';
import { environmentOf } from './environment.ts';
import { printer } from './printer.ts';
import { runLine } from './process.ts';
import { outcomeOf } from './run.ts';
import { tail } from './tail.ts';

const folder = mkdtempSync(join(tmpdir(), 'landfall-command-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Processes whose command line holds this word. */
const alive = (word: string): string[] =>
  execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(word) && !/^Z|\bps -eo/.test(line));

/** What was killed is there for as long as it is not scheduled. What was forgotten sleeps on for two hours. */
const gone = async (what: string): Promise<void> => {
  while (alive(what).length > 0) await sleep(20);
};

let log: string[] = [];
let word = '';
let count = 0;
beforeEach(() => {
  log = [];
  // a number of seconds that no other process sleeps
  word = `${7000 + (process.pid % 1000)}.${(count += 1)}`;
});

const command = (name: string, line: string, more: Partial<Command> = {}): Command => ({
  name,
  line,
  directory: folder,
  env: {},
  timeout: 60_000,
  retries: 0,
  ...more,
});
const clock = {
  now: () => performance.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
const using = async <T>(
  body: (runner: Runner) => Promise<T>,
  { signal = new AbortController().signal, sped = 1 }: { signal?: AbortSignal; sped?: number } = {},
): Promise<T> => {
  const runner = openRunner({
    clock: { ...clock, sleep: (ms, until) => clock.sleep(ms / sped, until) },
    signal,
    show: (line) => log.push(line),
    group: async (title, inner) => {
      log.push(`[ ${title}`);
      const value = await inner();
      log.push(']');
      return value;
    },
    temp: folder,
  });
  try {
    return await body(runner);
  } finally {
    await runner.close();
  }
};
const all = (commands: readonly Command[], signal?: AbortSignal): Promise<readonly Ran[]> =>
  using((runner) => runner.sideBySide(commands), signal === undefined ? {} : { signal });
/** Without times. */
const shown = (): string[] => log.map((line) => line.replace(/ \([\d.]+ m?s\)/, ''));

/** Of a command: until there is this file. */
const until = (file: string): string => `until [ -e ${file} ]; do sleep 0.01; done`;
/** Makes the file as soon as this holds. */
const makes = async (file: string, holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(5);
  writeFileSync(join(folder, file), '');
};

describe('commands side by side', () => {
  test('run at the same time, and each shows what it said when it has ended', async () => {
    writeFileSync(join(folder, 'both'), '');
    // each waits for the other: one after the other they would wait for ever
    const meet = (mine: string, other: string) =>
      `echo ${mine} >> both; until grep -q ${other} both; do sleep 0.01; done; echo ${mine} is here; echo oops >&2`;
    const last = `${meet('bob', 'ada')}; ${until('told')}; exit 3`;
    const [ran] = await Promise.all([
      all([command('one', meet('ada', 'bob')), command('two', last)]),
      makes('told', () => shown().includes('✓ one')),
    ]);
    expect(ran).toMatchObject([
      { name: 'one', outcome: 'passed', exit: 0, tries: 1, tail: [] },
      { name: 'two', outcome: 'failed', exit: 3, tries: 1, tail: ['bob is here', 'oops'] },
    ]);
    expect(shown()).toEqual([
      '✓ one',
      `[ one: ${meet('ada', 'bob')}`,
      'ada is here',
      'oops',
      ']',
      '✗ two: exit code 3',
      `[ two: ${last}`,
      'bob is here',
      'oops',
      ']',
    ]);
  });

  test('say from time to time what still runs', async () => {
    const both = [command('slow', until('heard'), { timeout: 6_000_000 }), command('quick', 'true')];
    await Promise.all([
      using((runner) => runner.sideBySide(both), { sped: 50 }),
      makes('heard', () => log.some((line) => /^… .*: still running: slow$/.test(line))),
    ]);
    expect(log.some((line) => line.startsWith('✓ slow'))).toBe(true);
  });

  test('are tried again as often as they may, and each try is told', async () => {
    const flaky = 'echo x >> tries; echo try $(wc -l < tries); test $(wc -l < tries) -ge 3';
    const ran = await all([command('flaky', flaky, { retries: 3 }), command('lost', 'exit 9', { retries: 1 })]);
    expect(ran).toMatchObject([
      { outcome: 'passed', tries: 3 },
      { outcome: 'failed', tries: 2, exit: 9 },
    ]);
    const lines = shown();
    expect(lines).toEqual(
      expect.arrayContaining([
        '✗ flaky: exit code 1: it is tried again',
        `[ flaky: ${flaky} (try 2 of 4)`,
        'try 2',
        '✓ flaky: it passed at try 3, so it is flaky',
        '✗ lost: exit code 9: it is tried again',
        '✗ lost: exit code 9',
      ]),
    );
  });

  test('run in their directory, with their variables, and without those of the step that command the runner', async () => {
    process.env['INPUT_GITHUB-TOKEN'] = 'ghs_x';
    const ran = await all([
      command('env', 'pwd; echo $GREETING; env | grep -c INPUT_ || true', {
        directory: tmpdir(),
        env: { GREETING: 'hello' },
      }),
      command('none', 'true', { directory: join(folder, 'nowhere') }),
    ]);
    delete process.env['INPUT_GITHUB-TOKEN'];
    expect(log).toEqual(expect.arrayContaining([tmpdir(), 'hello', '0']));
    expect(ran[1]).toMatchObject({ outcome: 'failed', exit: 127, tail: [`there is no directory ${folder}/nowhere`] });
  });

  test('fail in a pipe, too, and with the first line of several that does', async () => {
    const ran = await all([
      command('pipe', 'false | cat'),
      command('list', 'false; true'),
      command('killed', 'kill -9 $$'),
    ]);
    expect(ran.map(({ exit, outcome }) => [exit, outcome])).toEqual([
      [1, 'failed'],
      [1, 'failed'],
      ['SIGKILL', 'failed'],
    ]);
  });
});

describe('a single command', () => {
  test('is heard as it speaks', async () => {
    const heard: string[] = [];
    await using(async (runner) => {
      const ran = runner.sideBySide([command('one', 'echo first; until test -e go; do sleep 0.01; done; echo second')]);
      while (!log.includes('first')) await sleep(10);
      heard.push(...log);
      writeFileSync(join(folder, 'go'), '');
      await ran;
    });
    expect(heard.at(-1)).toBe('first');
    expect(shown().slice(1)).toEqual(['first', 'second', ']', '✓ one']);
  });
});

describe('commands in order', () => {
  test('stop at the first that fails, and what one left running runs until all is over', async () => {
    const seen = await using(async (runner) => {
      const ran = await runner.inOrder([
        command('prepare 1', `sleep ${word} &`),
        command('prepare 2', 'exit 4'),
        command('prepare 3', 'echo never'),
      ]);
      return { ran, alive: alive(word) };
    });
    expect(seen.ran.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['prepare 1', 'passed'],
      ['prepare 2', 'failed'],
    ]);
    expect(seen.alive).toHaveLength(1);
    await gone(word);
    expect(log).not.toContain('never');
  });
});

describe('nothing stays behind', () => {
  test('of a command whose time is over, with all that it started, also what does not listen', async () => {
    const deaf = `trap '' TERM; (trap '' TERM; sleep ${word}; sleep ${word}) & echo started; sleep ${word}; sleep ${word}`;
    const [ran] = await all([command('deaf', deaf, { timeout: 15_000 })]);
    expect(ran).toMatchObject({ outcome: 'timed-out', exit: 'SIGKILL', tail: ['started'] });
    expect(shown().at(-1)).toBe('✗ deaf: it did not end within 15 s and was ended');
    await gone(word);
  });

  test('of a run that is cancelled: no other try is made', async () => {
    const stop = new AbortController();
    const ran = all(
      [command('a', `echo up; sleep ${word}`, { retries: 2 }), command('b', `sleep ${word}; sleep 1`)],
      stop.signal,
    );
    while (alive(word).length < 2) await sleep(20);
    stop.abort();
    expect((await ran).map(({ outcome, tries }) => [outcome, tries])).toEqual([
      ['cancelled', 1],
      ['cancelled', 1],
    ]);
    await gone(word);
    expect(await all([command('late', 'echo late > late')], stop.signal)).toMatchObject([{ outcome: 'cancelled' }]);
    expect(readdirSync(folder)).not.toContain('late');
  });

  test('of a command that has ended and left a child which holds its output', async () => {
    const [ran] = await all([command('parent', `sleep ${word} & echo done`)]);
    expect(ran).toMatchObject({ outcome: 'passed' });
    expect(log).toContain('done');
    await gone(word);
  });

  test('of a command that closes its output and stays', async () => {
    const [ran] = await all([command('mute', `exec >&- 2>&-; sleep ${word}`, { timeout: 300 })]);
    expect(ran).toMatchObject({ outcome: 'timed-out' });
    await gone(word);
  });

  test('no file of what was said', async () => {
    await all([command('one', 'echo secret')]);
    expect(readdirSync(folder).filter((name) => name.startsWith('landfall-commands-'))).toEqual([]);
  });
});

describe('a flood', () => {
  test('of 400 MB is kept in a file, shown in part, and does not fill the memory', async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 50);
    const line = "(yes 'a line of a flood' || true) | head -c 400000000; echo; echo the end";
    const size = await using(async (runner) => {
      const [ran] = await runner.sideBySide([
        command('flood', `${line}; exit 1`, { timeout: 250_000 }),
        command('other', 'true'),
      ]);
      expect(ran).toMatchObject({ outcome: 'failed', exit: 1 });
      expect(ran?.tail.at(-1)).toBe('the end');
      expect(ran?.tail.length).toBeLessThanOrEqual(30);
      return execFileSync('stat', ['-c', '%s', ran?.output ?? ''], { encoding: 'utf8' });
    });
    clearInterval(watch);
    expect(Number(size)).toBe(400_000_000 + 1 + 8);
    expect(log.length).toBeGreaterThan(400_000);
    expect(log.length).toBeLessThan(500_000);
    expect(log).toContain('… 382434 KiB of output are not shown here; it ends with:');
    // the log itself is held by this test
    expect(most - before).toBeLessThan(300 * 1024 * 1024);
  }, 300_000);
});

describe('the environment of a command', () => {
  test('has what the workflow sets, and nothing that commands the runner or opens its services', () => {
    const names = [
      'PATH',
      'HOME',
      'CI',
      'GITHUB_ACTIONS',
      'GITHUB_SHA',
      'RUNNER_TEMP',
      'DATABASE_URL',
      'ACTIONS_RUNTIME_TOKEN',
    ];
    const more = [
      'INPUT_GITHUB-TOKEN',
      'STATE_token',
      'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
      'ACTIONS_RESULTS_URL',
      'GITHUB_ENV',
    ];
    const files = ['GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];
    const step = Object.fromEntries([...names, ...more, ...files].map((name) => [name, 'x']));
    expect(Object.keys(environmentOf({ ...step, GONE: undefined }, { OWN: '1' }))).toEqual([
      ...names.slice(0, -1),
      'OWN',
    ]);
  });
});

describe('a tail', () => {
  const of = (...chunks: string[]) => {
    const end = tail();
    for (const chunk of chunks) end.push(Buffer.from(chunk));
    return end.lines();
  };
  test('is the last lines, as a terminal would have left them', () => {
    expect(of('one\ntw', 'o\n')).toEqual(['one', 'two']);
    expect(of('10 %\r50 %\r100 %\r\n\x1b[31mred\x1b[0m')).toEqual(['100 %', 'red']);
    expect(of(...Array.from({ length: 5000 }, (_, n) => `line ${n}\n`))).toEqual(
      Array.from({ length: 30 }, (_, n) => `line ${4970 + n}`),
    );
  });
  test('holds no part of a line that began before it', () => {
    expect(of(`${'s3cret'.repeat(5000)}\nlast\n`)).toEqual(['last']);
    expect(of('s3cret'.repeat(5000))).toEqual([]);
  });
});

describe('a printer', () => {
  const of = (...chunks: string[]) => {
    const lines: string[] = [];
    const printing = printer((line) => lines.push(line));
    for (const chunk of chunks) printing.push(Buffer.from(chunk));
    printing.end(['last']);
    return lines;
  };
  test('shows whole lines, wherever chunks end', () => {
    expect(of('on', 'e\ntwo\r\n', 'thr', 'ee')).toEqual(['one', 'two', 'three']);
    expect(of('ä', 'ö\n')).toEqual(['äö']);
  });
  test('shows of a line without end what surely ends with a word', () => {
    const [first, second] = of(`begin ${'x'.repeat(100_000)}`, 'x'.repeat(100_000), '\nnext\n');
    expect([first, second]).toEqual(['begin …', 'next']);
  });
});

test('an output that cannot be kept ends the command', async () => {
  const ended = await runLine(
    {
      line: 'while true; do echo x; sleep 0.01; done',
      directory: folder,
      env: {},
      timeout: 30_000,
      spool: '/dev/full',
    },
    new AbortController().signal,
  );
  await ended.close();
  expect(ended).toMatchObject({ cut: 'flooded' });
  expect(ended.tail.at(-1)).toMatch(/^it was ended: its output could not be kept \(ENOSPC/);
});

test.each([
  ['of a command that ends well when it is told to', "trap 'exit 0' TERM; while true; do echo x; sleep 0.01; done", 0],
  ['of a command that says it found something', "trap 'exit 1' TERM; while true; do echo x; sleep 0.01; done", 1],
  ['whose last piece is lost when all has ended', 'echo x', expect.anything()],
])('an output that cannot be kept, %s, is no end by itself', async (_, line, exit) => {
  const given = { line, directory: folder, env: {}, timeout: 30_000, spool: '/dev/full' };
  const run = async () => (await runLine(given, new AbortController().signal)).close();
  let ended = await run();
  // told to end, it has 2 s for that: a busy machine may need longer
  for (let tries = 1; ended.exit === 'SIGKILL' && tries < 5; tries++) ended = await run();
  expect(ended).toMatchObject({ cut: 'flooded', exit });
  expect(outcomeOf(ended)).toBe('flooded');
});

test('what a command said is for the owner alone', async () => {
  await using(async (runner) => {
    const [ran] = await runner.sideBySide([command('one', 'echo x')]);
    expect(readFileSync(ran?.output ?? '', 'utf8')).toBe('x\n');
    expect(execFileSync('stat', ['-c', '%a', ran?.output ?? ''], { encoding: 'utf8' })).toBe('600\n');
  });
});
