/** An installation made by hand is adopted by the bundles, as docs/adopting.md says: a real supervisor, Django, SQLite, a real repository. */
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { blocks } from '../docs/markdown.ts';
import { exactTree } from '../lab/exact-tree.ts';
import { installByHand } from '../lab/hand-made-site.ts';
import type { HandMadeSite } from '../lab/hand-made-site.ts';
import { needing } from '../lab/needs.ts';
import type { StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

const root = join(import.meta.dirname, '../..');
const keys = 'python: { venv: venv }\nshared: [logs]\n';
const adopt = 'adopt: true\n';

/** `$ command`, then what it prints. */
const sessions = blocks(readFileSync(join(root, 'docs/adopting.md'), 'utf8'), 'console').flatMap((body) =>
  body
    .trimEnd()
    .split(/^\$ /m)
    .slice(1)
    .map((session) => {
      const [command = '', ...printed] = session.trimEnd().split('\n');
      return { command, printed };
    }),
);

needing('python3', 'flock', 'git').describe('a hand-made server', () => {
  let stage: Stage;
  let site: HandMadeSite;
  let before: readonly string[];

  const tree = () => exactTree(stage.host.path, (path) => path === 'logs/web.log');
  const configured = (subject: string, change: (text: string) => string): string => {
    const file = join(stage.repository.dir, 'landfall.yml');
    return stage.repository.commit(subject, { 'landfall.yml': change(readFileSync(file, 'utf8')) });
  };
  /** One deploy, in a job of its own. The application's variables come from the host. */
  const deploy = async (more: Readonly<Record<string, string>> = {}): Promise<StepEnd> => {
    const job = stage.job();
    const main = await job.uses('deploy-over-ssh', { inputs: { ...stage.access, ...more } });
    if (main === undefined) throw new Error('the step was skipped');
    await job.finish();
    return main;
  };
  const rows = async (): Promise<number> =>
    ((await (await fetch(`${stage.url}/notes/`)).json()) as { notes: number }).notes;
  const cwdOf = async (): Promise<string> => {
    const pid = /pid (\d+)/.exec(await site.supervisorctl('status', 'web'))?.[1] ?? '0';
    return readlinkSync(`/proc/${pid}/cwd`);
  };

  beforeAll(async () => {
    const dist = await bundled();
    stage = await prepareStage({ dist, yaml: keys });
    const ignored = readFileSync(join(stage.repository.dir, '.gitignore'), 'utf8');
    stage.repository.commit('Ignore what is made by hand', { '.gitignore': `${ignored}/venv/\n/logs/\n` });
    site = await installByHand(stage.host, stage.repository.dir);
    for (let tries = 0; tries < 1200 && (await stage.serving()) === undefined; tries++) await sleep(100);
    await fetch(`${stage.url}/notes/`, { method: 'POST', body: new URLSearchParams({ text: 'by hand' }) });
    before = tree();
  }, 300_000);
  afterAll(async () => {
    await stage.end();
  }, 300_000);

  const asWritten = async (command: string): Promise<readonly string[]> =>
    (await site.shell(command.replaceAll('/home/deploy', stage.host.home).replaceAll('/srv/app', stage.host.path)))
      .trimEnd()
      .split('\n')
      // a busy watchdog may hold the mutex for a moment
      .filter((line) => line !== '' && !line.startsWith('waiting for: '));
  /** What differs from host to host, and from commit to commit. */
  const plain = (line: string): string =>
    line
      .replaceAll(stage.host.path, '/srv/app')
      .replaceAll(/adopted-[0-9a-f]{7}/g, 'adopted')
      .replaceAll(/\b[0-9a-f]{7}-[0-9a-f]{4}\b/g, 'ID')
      .replace(/^(process +\S+) \d+/, '$1 PID')
      .replace(/pid \d+, uptime .*/, 'PID')
      .replace(/at \d\d:\d\d:\d\d \w+$/, 'at TIME')
      .replace(/^(opened by +).*/, '$1SOMEBODY');
  /** A service may have several processes. */
  const once = (lines: readonly string[]): readonly string[] => lines.filter((line, at) => line !== lines[at - 1]);
  const documented = async (word: string): Promise<void> => {
    const found = sessions.filter(({ command }) => command.includes(word));
    expect(found).not.toEqual([]);
    for (const { command, printed } of found)
      expect({ command, printed: (await asWritten(command)).map(plain) }).toEqual({
        command,
        printed: printed.map(plain),
      });
  };

  needing().test(
    'is refused without `adopt: true`, which the refusal names beside what it found',
    async () => {
      const main = await deploy();
      expect(resultOf(main)).toBe('refused');
      const log = main.log.join('\n');
      expect(log).toContain('PATH_OCCUPIED');
      expect(log).toMatch(
        /a git checkout of [0-9a-f]{7}, as committed; Python in venv; \.env; ignored by git: .*run from it \(supervisor's web\)/,
      );
      expect(log).toContain('`adopt: true`');
      expect(tree()).toEqual(before);
    },
    300_000,
  );

  needing().test(
    'with files that are not as committed is shown and refused',
    async () => {
      configured('Adopt what is there', (text) => text + adopt);
      const file = join(stage.host.path, 'notes/views.py');
      const [text, stat] = [readFileSync(file), lstatSync(file)];
      writeFileSync(file, `${text.toString()}# mended in the night\n`);
      const main = await deploy();
      expect(resultOf(main)).toBe('refused');
      expect(main.log.join('\n')).toContain('files that are not as committed: M notes/views.py');
      writeFileSync(file, text);
      execFileSync('touch', ['-d', `@${stat.mtimeMs / 1000}`, file]);
      before = tree();
    },
    300_000,
  );

  needing().test(
    'is shown by a dry run, which changes nothing',
    async () => {
      await documented(' status');
      // a person's `git status` writes down what it has seen
      before = tree();
      const main = await deploy({ 'dry-run': 'true' });
      expect(resultOf(main)).toBe('planned');
      const log = main.log.join('\n');
      expect(log).toMatch(/is adopted: it becomes releases\/adopted-[0-9a-f]{7}/);
      expect(log).toMatch(/of it outlives releases: logs, db\.sqlite3, media/);
      expect(log).toContain('git ignores staticfiles: the new release does not have it');
      expect(tree()).toEqual(before);
    },
    300_000,
  );

  needing().test(
    'is given back exactly as it was when a check fails',
    async () => {
      const main = await deploy({
        'env-file': `SECRET_KEY=made-by-hand-long-ago\nPORT=${stage.host.port}\nSPINE_HEALTH=500\n`,
      });
      expect(resultOf(main)).toBe('undone');
      expect(tree()).toEqual(before);
      expect(await cwdOf()).toBe(stage.host.path);
      expect(await rows()).toBe(1);
    },
    600_000,
  );

  needing().test(
    'is given back by the line of the document, before anybody has confirmed',
    async () => {
      const job = stage.job();
      const main = await job.uses('deploy-over-ssh', { inputs: { ...stage.access, commit: 'later' } });
      expect(main?.log.filter((line) => line.startsWith('!') && !line.includes('git ignores'))).toEqual([]);
      expect(resultOf(main)).toBe('done');
      expect(await cwdOf()).toMatch(/-landfall\/releases\/[0-9a-f]{7}-[0-9a-f]{4}$/);
      expect(await rows()).toBe(1);
      // numbers of the document are those of a first deploy
      const number = /\bt(\d+) switched/.exec(await stage.status())?.[1] ?? '?';
      for (const { command, printed } of sessions.filter(
        ({ command: one }) => one.includes('.landfall/') || one.startsWith('ls'),
      )) {
        const got = once((await asWritten(command.replace('t1', `t${number}`))).map(plain));
        const renumbered = (line: string) =>
          line.replace(/\bt1\b/, `t${number}`).replace('number=1', `number=${number}`);
        expect({ command, printed: got }).toEqual({ command, printed: printed.map(plain).map(renumbered) });
      }
      expect(tree()).toEqual(before);
      expect(await cwdOf()).toBe(stage.host.path);
      await job.finish();
    },
    600_000,
  );

  needing().test(
    'is adopted by a deploy that is confirmed: one gap, all rows and files, no edit; and deploys go on',
    async () => {
      const conf = readFileSync(site.conf, 'utf8');
      const main = await deploy();
      expect(resultOf(main)).toBe('done');
      expect(main.log.join('\n')).toMatch(/gap/);
      expect(readlinkSync(stage.host.path)).toBe(`${stage.base}/current`);
      expect(await rows()).toBe(1);
      expect(await (await fetch(`${stage.url}/media/2019/cat.txt`)).text()).toBe('a cat\n');
      expect(lstatSync(join(stage.base, 'shared/media/2019/cat.txt')).mode & 0o777).toBe(0o600);
      const first = await cwdOf();
      stage.commit('Go on');
      const next = await deploy();
      expect(resultOf(next)).toBe('done');
      expect(await cwdOf()).not.toBe(first);
      expect(resultOf(await deploy())).toBe('unchanged');
      expect(readFileSync(site.conf, 'utf8')).toBe(conf);
    },
    600_000,
  );

  needing().test(
    'serves again by a rollback to it',
    async () => {
      const adopted =
        (await site.shell(`ls ${stage.base}/releases`)).split('\n').find((name) => name.startsWith('adopted-')) ?? '';
      const job = stage.job();
      const main = await job.uses('rollback', { inputs: { ...stage.access, to: adopted } });
      await job.finish();
      expect(resultOf(main)).toBe('done');
      expect(await cwdOf()).toBe(`${stage.base}/releases/${adopted}`);
      expect(await rows()).toBe(1);
    },
    300_000,
  );
});
