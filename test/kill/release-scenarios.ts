import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { open } from './deploy.ts';
import { of, type Scenario } from './scenario.ts';
import { idle, makeRelease, type Target } from './target.ts';

const staging = 'r2.d1';
const quick = 'quick-python';

const sha256 = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

const write = (target: Target, path: string, content: string): void => {
  const file = join(target.base, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};

/** The list of a tree, as programs make it. */
const listed = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([path, content]) => `f${sha256(content)}  ./${path}\0`)
    .sort((a, b) => (a.slice(67) < b.slice(67) ? -1 : 1))
    .join('');

const packed = (files: Readonly<Record<string, string>>): Buffer => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-pack-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { stdout } = spawnSync('tar', ['-C', folder, '-czf', '-', ...Object.keys(files)]);
  rmSync(folder, { recursive: true });
  return stdout;
};

const old = { 'app.py': "RELEASE = 'r1'\n", 'dir/kept.py': 'kept\n' };
// the last is changed by the build
const sent = { 'new.py': 'new\n', 'dir/other.py': 'other\n', 'locale/it/LC_MESSAGES/django.mo': 'committed\n' };
const whole = { ...old, ...sent };

/** Release r1 is there, and its files are known; so is something that another driver stages. */
const before = (target: Target): void => {
  makeRelease(target, 'r1', { web: idle });
  write(target, 'releases/r1/dir/kept.py', old['dir/kept.py']);
  write(target, 'trees/r1', listed(old));
  write(target, 'staging/r3.d2/app.py', 'of another run');
  write(target, 'shared/.env', 'A=1\n');
};

const received = (target: Target): void => {
  before(target);
  for (const [path, content] of Object.entries({ ...whole, 'media/seed': 'seed', 'requirements.txt': '' }))
    write(target, `staging/${staging}/${path}`, content);
  write(target, `trees/${staging}`, listed(whole));
};

/** Programs that prepare a release, and the one that migrates. */
export const releaseScenarios: readonly Scenario[] = [
  {
    name: 'receive',
    before,
    ...of('receive', ({ base }) => ({ base, staging, from: 'r1', want: sha256(listed(whole)), dropBytes: 1 })),
    stdin: Buffer.concat([Buffer.from('\0'), packed(sent)]),
  },
  {
    name: 'arrange',
    before: received,
    ...of('arrange', ({ base }) => ({
      base,
      staging,
      environment: 'ab',
      venv: '.venv',
      env: { from: 'shared', sha256: sha256('A=1\n') },
      shared: ['media/', 'data/db.sqlite3'],
    })),
  },
  {
    name: 'environment',
    before: received,
    ...of('environment', ({ base }) => ({
      base,
      staging,
      hash: 'ab',
      python: quick,
      installer: 'pip',
      lock: 'requirements.txt',
      index: false,
    })),
  },
  {
    name: 'environment by uv',
    before: received,
    ...of('environment', ({ base }) => ({
      base,
      staging,
      hash: 'ab',
      python: quick,
      installer: 'uv',
      lock: 'uv.lock',
      index: false,
    })),
  },
  {
    name: 'publish',
    before: received,
    ...of('publish', ({ base }) => ({
      base,
      staging,
      id: 'r2',
      hash: 'h',
      directory: '.',
      venv: undefined,
      python: quick,
      environment: undefined,
      compilemessages: true,
      collectstatic: true,
      run: '7/1',
      shared: ['media/'],
    })),
    stdin: packed({
      'RELEASE.json': '{}\n',
      '.landfall/release': 'id=r2\nhash=h\ndirectory=.\nvenv=\n',
      '.landfall/services/web': 'role=web\nword=sh\n',
    }),
  },
  {
    name: 'keep-evidence',
    before: (target) => {
      before(target);
      write(target, 'releases/r1/.landfall/EVIDENCE.json', 'shorter\n');
    },
    ...of('keep-evidence', ({ base }) => ({
      base,
      number: undefined,
      release: 'r1',
      sum: sha256('longer than before\n'),
    })),
    stdin: Buffer.from('longer than before\n'),
    from: '# keep-evidence.sh ',
  },
  {
    name: 'image-pull',
    before,
    ...of('image-pull', ({ base }) => ({
      base,
      driver: 'd1',
      from: '127.0.0.1:4321/landfall/app@sha256:aa',
      name: 'registry.test/app:sha256-aa',
      ids: ['sha256:other', 'sha256:id'],
    })),
    stdin: Buffer.from('bG9naW4=\n'),
    // the engine of the stand-in keeps its images in HOME
    managed: true,
  },
  {
    name: 'discard',
    before: (target) => {
      received(target);
      // one that failed
      mkdirSync(join(target.base, 'envs/aa/bin'), { recursive: true });
    },
    ...of('discard', ({ base }) => ({ base, driver: 'd1' })),
  },
  {
    name: 'migrate',
    before: async (target) => {
      makeRelease(target, 'r2', { web: idle }, { env: 'A=1\n' });
      await open(target, 'r2');
    },
    ...of('migrate', ({ base }) => ({ base, number: 1, release: 'r2', python: quick })),
  },
];
