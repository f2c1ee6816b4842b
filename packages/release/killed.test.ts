import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { must } from '#fault';
import { programs } from '#remote';
import { needing } from '../../test/lab/needs.ts';
import { runText } from '../../test/lab/program-run.ts';
import { folder, remove, repository, write } from '../../test/lab/repository.ts';
import { difference, packed, readSource, upload } from './index.ts';

const time = new Date('2026-03-01T12:00:00Z');
const staging = 'abc-1234.d1';

/** Everything below a folder that lasts: type, mode, content or target; no times. Prepared lines count once. */
const state = (base: string): string =>
  execFileSync(
    'sh',
    [
      '-c',
      'cd "$1" && find . ! -name "*.lock" -printf "%y %m %p %l\\n" | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum',
      'sh',
      base,
    ],
    { encoding: 'utf8' },
  );

/** The text with a kill after its nth line; undefined where a command cannot stand there. */
const killedAfter = (shell: readonly string[], text: string, line: number): string | undefined => {
  const lines = text.split('\n');
  const killed = [...lines.slice(0, line), 'kill -9 $$', ...lines.slice(line)].join('\n');
  const [command = 'sh', ...words] = shell;
  return spawnSync(command, [...words, '-n'], { input: killed }).status === 0 ? killed : undefined;
};

type Case = {
  readonly name: 'receive' | 'arrange' | 'environment' | 'publish' | 'discard';
  readonly args: (base: string) => readonly string[];
  readonly body: () => Promise<Buffer>;
};

// One shell here, for time: the proof does the same for each program under both.
needing('dash', 'git', 'tar', 'flock').describe('killed after any line and run again', () => {
  const shell = ['dash'];
  const made: string[] = [];
  let initial: string;
  let uploaded: Buffer;
  let facts: Buffer;
  let want: string;
  let dropBytes: number;

  beforeAll(async () => {
    const root = repository({ 'media/seed': 's', 'dir/b': 'b', a: 'a' });
    made.push(root);
    const source = must(await readSource({ root, include: [], exclude: [] }));
    const sent = upload(root, difference(source.entries, new Map([['a', 'x']])), time);
    uploaded = Buffer.concat((await sent.body.toArray()) as Buffer[]);
    ({ dropBytes } = sent);
    want = source.listHash;
    const record = new Map([
      ['RELEASE.json', '{}\n'],
      ['.landfall/release', 'id=abc-1234\nhash=h\n'],
      ['.landfall/services/web', 'role=web\nword=sh\n'],
    ]);
    facts = Buffer.concat((await packed(record, time).toArray()) as Buffer[]);
    initial = folder('initial');
    made.push(initial);
    write(
      initial,
      'python',
      '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; else touch "${0%/bin/python}/installed"; fi\n',
      0o755,
    );
    write(initial, 'base/shared/.env', 'A=1\n');
    mkdirSync(join(initial, 'base/staging'));
    mkdirSync(join(initial, 'base/trees'));
    write(initial, 'base/staging/abc-1234.d1/media/seed', 's');
    write(initial, 'base/staging/abc-1234.d1/dir/b', 'b');
    write(initial, 'base/staging/abc-1234.d1/requirements.txt', '');
    write(initial, 'base/staging/other.d2/x', '');
    write(initial, 'base/trees/abc-1234.d1', `f${createHash('sha256').update('b').digest('hex')}  ./dir/b\0`);
    symlinkSync('nowhere', join(initial, 'base/current'));
  });
  afterAll(() => {
    for (const one of made) remove(one);
  });

  const cases: readonly Case[] = [
    {
      name: 'receive',
      args: (base) => programs.receive.args({ base, staging, from: undefined, want, dropBytes }),
      body: () => Promise.resolve(uploaded),
    },
    {
      name: 'arrange',
      args: (base) =>
        programs.arrange.args({
          base,
          staging,
          environment: 'ab',
          venv: '.venv',
          shared: ['media/', 'x/db.sqlite3'],
          env: { from: 'shared', sha256: createHash('sha256').update('A=1\n').digest('hex') },
        }),
      body: () => Promise.resolve(Buffer.alloc(0)),
    },
    {
      name: 'environment',
      args: (base) =>
        programs.environment.args({
          base,
          staging,
          hash: 'ab',
          python: join(base, '../python'),
          installer: 'pip',
          lock: 'requirements.txt',
          index: false,
        }),
      body: () => Promise.resolve(Buffer.alloc(0)),
    },
    {
      name: 'publish',
      args: (base) =>
        programs.publish.args({
          base,
          staging,
          id: 'abc-1234',
          hash: 'h',
          directory: '.',
          venv: undefined,
          python: join(base, '../python'),
          environment: undefined,
          compilemessages: false,
          collectstatic: false,
          run: '1/1',
          shared: ['media/'],
        }),
      body: () => Promise.resolve(facts),
    },
    {
      name: 'discard',
      args: (base) => programs.discard.args({ base, driver: 'd1' }),
      body: () => Promise.resolve(Buffer.alloc(0)),
    },
  ];

  test.each(cases)(
    '$name ends in the same state',
    async ({ name, args, body }) => {
      const { text } = programs[name];
      // from where the program's own text begins: what stands before only defines functions and reads
      const own = readFileSync(join(import.meta.dirname, `../remote/${name}.sh`), 'utf8');
      const first = text.slice(0, text.indexOf(own)).split('\n').length;
      const stdin = await body();
      const place = (): string => {
        const at = folder('killed');
        made.push(at);
        cpSync(initial, at, { recursive: true, verbatimSymlinks: true });
        return join(at, 'base');
      };
      const clean = place();
      expect((await runText(shell, text, args(clean), stdin)).code).toBe(0);
      const wanted = state(clean);
      const base = place();
      let killed = 0;
      for (let line = first; line < text.split('\n').length; line++) {
        const program = killedAfter(shell, text, line);
        if (program === undefined) continue;
        remove(base);
        cpSync(join(initial, 'base'), base, { recursive: true, verbatimSymlinks: true });
        const ran = await runText(shell, program, args(base), stdin);
        if (ran.code === null) killed++;
        const again = await runText(shell, text, args(base), stdin);
        expect({
          line: text.split('\n')[line - 1],
          code: again.code,
          said: again.stderr,
          state: state(base),
        }).toMatchObject({ code: 0, state: wanted });
      }
      expect(killed).toBeGreaterThan(5);
    },
    600_000,
  );
});
