import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, jest } from '@jest/globals';
import { must } from '#fault';
import { runProgram, outputOf, eachShell, type Shell } from '../../test/lab/program-run.ts';
import { commitAll, folder, git, remove, repository, write } from '../../test/lab/repository.ts';
import { baseOf, difference, readSource, upload, type Source } from './index.ts';

jest.setTimeout(300_000);

const time = new Date('2026-03-01T12:00:00Z');
const nasty = [
  'a space', '-leading', '--help', 'dir/-x', 'new\nline', 'tab\there', "quo'te", 'dou"ble', 'back\\slash', '*glob?[x]',
  '$HOME', '`id`', 'é', 'e\u0301', '😀/🎉.txt', `${'long'.repeat(30)}/${'name'.repeat(50)}`, '.hidden/.file', 'a', 'a.b', 'a-b/c', '~', '\x01ctl',
]; // prettier-ignore

const read = async (root: string, include: readonly string[] = []): Promise<Source> =>
  must(await readSource({ root, include, exclude: [] }));

/** Every file and link below a folder: type, mode, content. */
const image = (root: string): string =>
  execFileSync(
    'sh',
    [
      '-c',
      'cd "$1" && find . -name .git -prune -o \'(\' -type f -o -type l \')\' -print0 | LC_ALL=C sort -z | xargs -0 -n 1 sh -c \'if [ -L "$0" ]; then readlink "$0"; else stat -c %A "$0"; sha256sum <"$0"; fi; printf "%s\\0" "$0"\'',
      'sh',
      root,
    ],
    { encoding: 'latin1' },
  );

/** Sends a source as an operation does: first flight, difference, second flight. */
const send = async (shell: Shell, base: string, source: Source, staging: string, from?: string) => {
  const known = baseOf((await outputOf(shell, 'tree', { base, release: from })).list);
  const what = difference(source.entries, known);
  const { body, dropBytes } = upload(source.root, what, time);
  const ran = await runProgram(
    shell,
    'receive',
    { base, staging, from: known.size === 0 ? undefined : from, want: source.listHash, dropBytes },
    body,
  );
  return { ...what, ran, tree: join(base, 'staging', staging) };
};

/** What publish does to a staged tree, as far as the next upload is concerned. */
const settle = (base: string, staging: string, id: string): string => {
  mkdirSync(join(base, 'releases'), { recursive: true });
  renameSync(join(base, 'staging', staging), join(base, 'releases', id));
  renameSync(join(base, 'trees', staging), join(base, 'trees', id));
  return join(base, 'releases', id);
};

eachShell('an upload', (used) => {
  let root: string;
  let base: string;

  beforeAll(() => {
    root = repository({ 'keep/one': '1', 'keep/two': '2', 'swap-to-link': 'x', 'swap-to-dir': 'y', gone: 'g' });
    for (const name of nasty) write(root, name, `content of ${name}`);
    write(root, 'empty', '');
    write(root, 'run.sh', '#!/bin/sh\n', 0o755);
    write(root, 'mode-only', 'same');
    write(root, 'big.bin', Buffer.alloc(3 << 20, 'landfall'));
    symlinkSync('keep', join(root, 'to-folder'));
    symlinkSync('/etc/hostname', join(root, 'absolute'));
    symlinkSync('nowhere\nat all', join(root, 'dangling'));
    symlinkSync('../ü', join(root, '-link'));
    commitAll(root);
    base = folder('base');
  });
  afterAll(() => {
    remove(root);
    remove(base);
  });

  test('carries every name, mode and link, whole and then by difference', async () => {
    const source = await read(root);
    const first = await send(used, base, source, 'aaa.d1');
    expect(first.ran).toMatchObject({ code: 0, stderr: '' });
    expect(first.send).toHaveLength(source.entries.length);
    expect(image(root).split('\0').length).toBeGreaterThan(nasty.length + 10);
    expect(image(first.tree)).toBe(image(root));
    expect(readFileSync(join(base, 'trees/aaa.d1'))).toEqual(source.list);
    expect(lstatSync(join(first.tree, 'run.sh')).mtime).toEqual(time);
    settle(base, 'aaa.d1', 'aaa');

    for (const path of ['gone', 'swap-to-link', 'swap-to-dir', nasty[4] ?? '']) rmSync(join(root, path));
    symlinkSync('empty', join(root, 'swap-to-link'));
    write(root, 'swap-to-dir/inner', 'z');
    write(root, 'new\n-file', 'n');
    write(root, 'keep/two', '2 changed');
    chmodSync(join(root, 'mode-only'), 0o755);
    commitAll(root);
    const next = await read(root);
    const second = await send(used, base, next, 'bbb.d2', 'aaa');
    expect(second.ran).toMatchObject({ code: 0, stderr: '' });
    expect(second.send.map(({ path }) => path)).toEqual([
      'keep/two',
      'mode-only',
      'new\n-file',
      'swap-to-dir/inner',
      'swap-to-link',
    ]);
    expect(second.drop).toEqual(['gone', 'keep/two', 'mode-only', 'new\nline', 'swap-to-dir', 'swap-to-link']);
    expect(image(second.tree)).toBe(image(root));
    settle(base, 'bbb.d2', 'bbb');
  });

  test('of nothing new sends nothing and is whole', async () => {
    const again = await send(used, base, await read(root), 'ccc.d3', 'bbb');
    expect(again.ran.code).toBe(0);
    expect(again.send).toEqual([]);
    expect(image(again.tree)).toBe(image(root));
    rmSync(again.tree, { recursive: true });
  });

  test('notices a base that was changed on the host, names the file, and succeeds without the base', async () => {
    const release = join(base, 'releases/bbb');
    writeFileSync(join(release, 'keep/one'), 'tampered');
    writeFileSync(join(release, 'junk.pyc'), 'not of the commit');
    const source = await read(root);
    const { ran } = await send(used, base, source, 'ddd.d4', 'bbb');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('./keep/one');
    expect(ran.stderr).not.toContain('run.sh');
    expect(readdirSync(join(base, 'staging'))).toEqual([]);
    expect(readdirSync(join(base, 'trees')).filter((name) => name.includes('d4'))).toEqual([]);
    const whole = await send(used, base, source, 'ddd.d4');
    expect(whole.ran.code).toBe(0);
    expect(image(whole.tree)).toBe(image(root));
    rmSync(whole.tree, { recursive: true });
    writeFileSync(join(release, 'keep/one'), '1');
  });

  test('notices a base whose file is gone', async () => {
    rmSync(join(base, 'releases/bbb/empty'));
    const { ran } = await send(used, base, await read(root), 'eee.d5', 'bbb');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('./empty');
    write(join(base, 'releases/bbb'), 'empty', '');
  });

  test('cut short anywhere leaves nothing', async () => {
    const source = await read(root);
    const { body, dropBytes } = upload(root, difference(source.entries, new Map()), time);
    const bytes = Buffer.concat((await body.toArray()) as Buffer[]);
    for (const length of [0, 1, 20, 600, bytes.length - 200, bytes.length - 1]) {
      const ran = await runProgram(
        used,
        'receive',
        { base, staging: 'fff.d6', from: undefined, want: source.listHash, dropBytes },
        bytes.subarray(0, length),
      );
      expect([length, ran.code]).toEqual([length, 1]);
      expect(existsSync(join(base, 'staging/fff.d6'))).toBe(false);
    }
  });

  test('begins anew over what a killed one left', async () => {
    write(base, 'staging/ggg.d7/left/over', 'x');
    write(base, 'trees/ggg.d7.keep', 'x');
    const { ran, tree } = await send(used, base, await read(root), 'ggg.d7', 'bbb');
    expect(ran.code).toBe(0);
    expect(image(tree)).toBe(image(root));
  });

  test('takes only names of staging folders and releases', async () => {
    for (const staging of ['', '..', '../x', 'a/b', '-x', 'a b']) {
      const ran = await runProgram(used, 'receive', { base, staging, from: undefined, want: '0', dropBytes: 1 }, '\0');
      expect([staging, ran.code]).toEqual([staging, 64]);
    }
    const ran = await runProgram(
      used,
      'receive',
      { base, staging: 'a.b', from: '../../etc', want: '0', dropBytes: 1 },
      '\0',
    );
    expect(ran.code).toBe(64);
    expect(baseOf((await outputOf(used, 'tree', { base, release: 'unknown' })).list).size).toBe(0);
  });
});

test('a file that changes while it is sent does not become part of a release', async () => {
  const root = repository({ a: 'before', b: 'b' });
  const base = folder('base');
  const source = await read(root);
  write(root, 'a', 'after!');
  const { ran } = await send(['dash'], base, source, 'x.y');
  expect(ran.code).toBe(1);
  expect(git(root, 'status', '--porcelain')).toBe('M a');
  remove(root);
  remove(base);
});
