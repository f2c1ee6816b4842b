import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eachShell, outputOf } from '../../test/lab/program-run.ts';

const old = new Date(Date.now() - 3_600_000);
const sum = (text: string): string => createHash('sha256').update(text).digest('hex');

eachShell('what was changed by hand', (shell) => {
  const play = async (change: (put: (path: string, text: string) => void) => void): Promise<readonly string[]> => {
    const root = mkdtempSync(join(tmpdir(), 'landfall-drift-'));
    try {
      const base = join(root, 'app-landfall');
      const put = (path: string, text: string): void => {
        mkdirSync(dirname(join(base, 'releases/r1', path)), { recursive: true });
        writeFileSync(join(base, 'releases/r1', path), text);
      };
      const files = { 'app.py': 'a = 1\n', 'run it.sh': 'run\n', "odd '$x\n.txt": 'odd\n', '-dash': 'd\n' };
      const lists = Object.entries(files).map(([path, text], at) => {
        put(path, text);
        utimesSync(join(base, 'releases/r1', path), old, old);
        return `${at === 1 ? 'x' : 'f'}${sum(text)}  ./${path}\0`;
      });
      mkdirSync(join(base, 'trees'), { recursive: true });
      writeFileSync(join(base, 'trees/r1'), lists.join(''));
      utimesSync(join(base, 'trees/r1'), old, new Date(old.getTime() + 60_000));
      symlinkSync('releases/r1', join(base, 'current'));
      change(put);
      return (await outputOf(shell, 'look', { base, path: join(root, 'app'), python: 'none', programs: [] })).drifted;
    } finally {
      rmSync(root, { recursive: true });
    }
  };

  test('nothing: also where files are new, or were touched without a change', async () => {
    expect(await play(() => undefined)).toEqual([]);
    expect(
      await play((put) => {
        put('__pycache__/app.pyc', 'compiled');
        put('collected.css', 'made by the build');
        put('app.py', 'a = 1\n');
      }),
    ).toEqual([]);
  });

  test('each file with other content is named, whatever it is called', async () => {
    const found = await play((put) => {
      put('run it.sh', 'mended\n');
      put("odd '$x\n.txt", 'mended\n');
      put('-dash', 'mended\n');
    });
    expect([...found].sort()).toEqual(['-dash', "odd '$x?.txt", 'run it.sh']);
  });
});
