/** What a host owes people to tell, when its programs are killed on the way. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deployed, looked, open, openInput, switched } from '../../test/kill/deploy.ts';
import { editTransaction, endProcesses, keepState, makeStandIns } from '../../test/kill/host.ts';
import { changes, killing } from '../../test/kill/mutant.ts';

import { positions } from '../../test/kill/positions.ts';
import { of } from '../../test/kill/scenario.ts';
import { idle, makeRelease, makeTarget, run, runProgram, type Target } from '../../test/kill/target.ts';
import { memory } from '../../test/lab/memory.ts';
import { eachShell } from '../../test/lab/program-run.ts';
import { endProcessesBelow } from '../../test/lab/processes.ts';
import { residentBody } from './transaction-programs.ts';

const root = mkdtempSync(join(memory(), 'landfall-telling-'));
const sent = join(root, 'sent');
afterAll(async () => {
  await endProcessesBelow(root);
  rmSync(root, { recursive: true });
});

/** A message for each end: what curl gets says which. */
const notices = Buffer.from(
  ['undone silence', 'undone died', 'held silence', 'held died']
    .map((end) => `${end} slack ${Buffer.from(`${end}\n`).toString('base64')}\n`)
    .join(''),
);

const end = '\nmain "$@"\n';
const undoText = residentBody.toString().slice(0, residentBody.toString().indexOf(end) + end.length);
/** The lines of these functions that change something. */
const linesOf = (shell: readonly string[], ...functions: readonly string[]): readonly number[] => {
  const lines = undoText.split('\n');
  return functions.flatMap((name) => {
    const from = lines.findIndex((line) => line.startsWith(`${name}() {`)) + 1;
    const to = lines.indexOf('}', from) + 1;
    if (from === 0) throw new Error(`undo has no function ${name}`);
    return positions(shell, undoText).filter((line) => line >= from && line < to && changes(lines[line - 1] ?? ''));
  });
};

eachShell('what a host owes people', (shell) => {
  let target: Target;
  let kept: ReturnType<typeof keepState>;
  const own = (name: string): string => join(target.base, '.landfall', name);
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const told = (): number => read(own('journal.jsonl')).split('"e":"told"').length - 1;
  /** Runs undo, and all that it begins, to the end; killed after this line. Was it? */
  const undo = async (line: number, ...args: readonly string[]): Promise<boolean> => {
    writeFileSync(own('undo-killed'), line === 0 ? undoText : killing(undoText, line, 1));
    const { signal } = await run(target, [...shell, own('undo-killed'), ...args], { whole: true });
    rmSync(own('undo-killed'));
    return signal === 'SIGKILL';
  };
  /** Kills one program after each of these lines, lets the host recover, and gives what people heard, each time. */
  const killedAt = async (lines: readonly number[], args: readonly string[]) => {
    const heard: { readonly after: string; readonly sent: readonly string[]; readonly told: number }[] = [];
    for (const line of lines) {
      kept.restore();
      rmSync(own('journal.jsonl'), { force: true });
      rmSync(sent, { force: true });
      if (!(await undo(line, ...args))) continue;
      const after = /^phase=(.*)$/m.exec(read(own('transaction')))?.[1] ?? '';
      await undo(0, 'recover');
      expect(existsSync(own('notices.t2'))).toBe(false);
      expect(read(own('transaction'))).toMatch(/^phase=undone$/m);
      heard.push({ after, sent: read(sent).trim().split('\n').filter(Boolean), told: told() });
    }
    expect(heard.length).toBeGreaterThan(lines.length / 3);
    return heard;
  };

  beforeAll(async () => {
    const folder = join(root, shell.join('-'));
    mkdirSync(folder);
    makeStandIns(join(folder, 'stand-ins'));
    writeFileSync(join(folder, 'stand-ins/curl'), `#!/bin/sh\ncat >>'${sent}'\necho 200\n`, { mode: 0o755 });
    const plain = makeTarget(shell, undefined, folder);
    target = { ...plain, searched: `${join(folder, 'stand-ins')}:${plain.searched}` };
    for (const id of ['r1', 'r2']) makeRelease(target, id, { web: idle }, { env: 'A=1\n' });
    await deployed(target, 'r1');
    await switched(target, 'r2');
    writeFileSync(own('notices.t2'), notices, { mode: 0o600 });
    editTransaction(target, 'deadline', '1');
    kept = keepState(target);
  }, 300_000);
  afterAll(() => {
    endProcesses(target);
  });

  test('is told once, wherever the undo is killed', async () => {
    const lines = linesOf(shell, 'closed', 'ends', 'drop_notices', 'mend', 'announce');
    for (const one of await killedAt(lines, ['recover']))
      expect({ ...one, sent: one.sent.length }).toEqual({ ...one, sent: 1, told: 1 });
  }, 300_000);

  test('is told by a recovery of its own, where an undo that a run or a person asked for is killed before the end; after it, not at all', async () => {
    const lines = linesOf(shell, 'closed', 'ends', 'drop_notices', 'take_back');
    const heardAfter: Readonly<Record<string, readonly string[]>> = {
      switched: ['undone silence'],
      undoing: ['undone died'],
      undone: [],
    };
    const all = await killedAt(lines, ['t2', 'failed']);
    for (const { after, sent } of all) expect(sent).toEqual(heardAfter[after]);
    expect(all.map(({ after }) => after)).toEqual(expect.arrayContaining(['undoing', 'undone']));
  }, 300_000);

  test('is sent again where who sends it is killed before that is written down', async () => {
    kept.restore();
    const closes = undoText.split('\n').findIndex((line) => line.startsWith('  put phase="$its_end"')) + 1;
    expect(await undo(closes, 'recover')).toBe(true);
    kept = keepState(target);
    const lines = linesOf(shell, 'tell', 'told_of', 'deliver');
    for (const { sent: all, told } of await killedAt(lines, ['tell', 't2', 'undone', 'silence'])) {
      expect(new Set(all)).toEqual(new Set(['undone silence']));
      expect(all.length).toBeLessThanOrEqual(2);
      expect(told).toBe(1);
    }
  }, 300_000);

  test('lies there for a transaction that closes an unswitched one of another run', async () => {
    kept.restore();
    await undo(0, 't2', 'failed');
    await open(target, 'r2', 'd0');
    const { seen } = await looked(target);
    const stdin = Buffer.concat([residentBody, notices]);
    const input = { ...openInput(target, 'r2', { seen }), notices: notices.length };
    expect(await runProgram(target, 'open', input, { stdin })).toMatchObject({ code: 0 });
    expect(read(own('transaction'))).toMatch(/^number=4$/m);
    expect(read(own('notices.t4'))).toBe(notices.toString());
  });

  /** A transaction for r2 that is not opened: it is killed when all that belongs to it lies on the host. */
  const openKilled = async (): Promise<void> => {
    const { seen } = await looked(target);
    const { text, args } = of('open', () => ({ ...openInput(target, 'r2', { seen }), notices: notices.length }));
    const lies = text.split('\n').findIndex((line) => line.startsWith('  if [ -n "$path" ]'));
    const argv = [...shell, '-c', killing(text, lies, 1), 'program', ...args(target)];
    expect(await run(target, argv, { stdin: Buffer.concat([residentBody, notices]) })).toMatchObject({ signal: 'SIGKILL' }); // prettier-ignore
    expect(read(own('notices.t3'))).toBe(notices.toString());
  };

  test('is not of a release whose opening was killed: the next one lets the host send nothing', async () => {
    kept.restore();
    await undo(0, 't2', 'failed');
    await openKilled();
    expect(await open(target, 'r2')).toMatchObject({ code: 0 });
    expect(read(own('transaction'))).toMatch(/^number=3$/m);
    expect(existsSync(own('notices.t3'))).toBe(false);
  });

  test('is not of a release whose opening was killed, where a person takes the one before back', async () => {
    kept.restore();
    await undo(0, 't2', 'failed');
    editTransaction(target, 'phase', 'confirmed');
    await openKilled();
    const opens = undoText
      .split('\n')
      .findIndex((line) => line.includes('boot="$here" deadline=0 checked= opened="$now" driver=hand'));
    expect(await undo(opens + 1, 't2')).toBe(true);
    expect(read(own('transaction'))).toMatch(/^number=3$/m);
    expect(existsSync(own('notices.t3'))).toBe(false);
  });

  test('lies nowhere any more where the run that took its transaction up again was killed', async () => {
    kept.restore();
    writeFileSync(own('notices.t1'), notices, { mode: 0o600 });
    await undo(0, 'recover');
    expect(existsSync(own('notices.t1'))).toBe(false);
  });

  test('is written down as told, however long what took it back is at work', async () => {
    kept.restore();
    rmSync(sent, { force: true });
    rmSync(own('journal.jsonl'), { force: true });
    editTransaction(target, 'phase', 'undone');
    editTransaction(target, 'owes', 'silence');
    // a second lasts 10 ms
    const hasty = join(root, `hasty-${shell.join('-')}`);
    mkdirSync(hasty);
    writeFileSync(
      join(hasty, 'flock'),
      '#!/bin/sh\n[ "$1" != -w ] || set -- -w "$(awk "BEGIN { print $2 / 100 }")" "$3"\nexec /usr/bin/flock "$@"\n',
      { mode: 0o755 },
    );
    writeFileSync(own('running'), '1 finish recover\n');
    const held = join(root, `held-${shell.join('-')}`);
    const works = run(target, ['flock', own('mutex'), 'sh', '-c', `echo >'${held}'; /bin/sleep 2`]);
    while (!existsSync(held)) await sleep(10);
    const searched = `${hasty}:${target.searched}`;
    expect(await run(target, [...shell, own('undo'), 'tell', 't2', 'undone', 'silence'], { searched })).toMatchObject({ code: 0 }); // prettier-ignore
    await works;
    expect([read(sent), told(), existsSync(own('notices.t2'))]).toEqual(['undone silence\n', 1, false]);
  });
});
