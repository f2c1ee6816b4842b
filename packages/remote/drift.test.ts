import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { programs } from '#remote';
import { markOf } from '../../test/kill/host.ts';
import { eachShell, outputOf, runText } from '../../test/lab/program-run.ts';

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

  /** What look says of a live release whose manager has taken up these files; `change` gets the folder that they lie in. */
  const under = async (manager: 'supervisor' | 'systemd', phase: string, change: (folder: string) => void) => {
    const root = mkdtempSync(join(tmpdir(), 'landfall-drift-'));
    try {
      const base = join(root, 'app-landfall');
      const lf = join(base, '.landfall');
      const [folder, begins, ends] =
        manager === 'systemd'
          ? [join(root, '.config/systemd/user'), `landfall-${markOf(base)}-`, '.service']
          : [join(lf, 'run/programs'), '', '.conf'];
      const file = (name: string): string => join(folder, `${begins}${name}${ends}`);
      for (const dir of [folder, join(lf, 'run'), join(base, 'releases/r1')]) mkdirSync(dir, { recursive: true });
      symlinkSync('releases/r1', join(base, 'current'));
      const names = ['web', 'worker'];
      for (const name of names) writeFileSync(file(name), `${name}\n`);
      writeFileSync(join(lf, 'run/written'), names.map((name) => `${sum(`${name}\n`)}  ${file(name)}\n`).join(''));
      writeFileSync(join(lf, 'transaction'), `number=1\nphase=${phase}\nrelease=r1\nmanager=${manager}\n`);
      change(folder);
      const { text, args } = programs.look;
      const words = args({ base, path: join(root, 'app'), python: 'none', programs: [] });
      const { stdout } = await runText(shell, text, words, '', { ...process.env, HOME: root });
      const lines = stdout.toString().split('\n');
      return lines.flatMap((line) => /^edited=(.*)$/.exec(line)?.[1]?.replace(`${folder}/${begins}`, '') ?? []);
    } finally {
      rmSync(root, { recursive: true });
    }
  };

  test('of what runs the services nothing: as it was taken up, and while a switch is at work on it', async () => {
    expect(await under('systemd', 'confirmed', () => undefined)).toEqual([]);
    expect(await under('supervisor', 'undone', () => undefined)).toEqual([]);
    expect(await under('supervisor', 'switching', (folder) => { writeFileSync(join(folder, 'web.conf'), 'new\n'); })).toEqual([]); // prettier-ignore
  });

  test('a program or unit that was edited, added to, or removed is named', async () => {
    const edited = await under('supervisor', 'confirmed', (folder) => {
      writeFileSync(join(folder, 'web.conf'), 'slower\n');
      rmSync(join(folder, 'worker.conf'));
      writeFileSync(join(folder, 'mine.conf'), 'mine\n');
    });
    expect(edited).toEqual(['mine.conf', 'web.conf', 'worker.conf']);
    const units = await under('systemd', 'undone', (folder) => {
      const [web = ''] = readdirSync(folder);
      mkdirSync(join(folder, `${web}.d`));
      writeFileSync(join(folder, `${web}.d/override.conf`), '[Service]\nNice=5\n');
    });
    expect(units).toEqual(['web.service.d/override.conf']);
  });
});
