import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImageInputs } from '#config';
import { time } from '#kit';
import type { RunContext } from '#plan';
import type { ImageStage, ImageWish } from '../../packages/operations/image-wish.ts';
import { found } from '../lab/found.ts';
import { commitAll, folder, repository } from '../lab/repository.ts';
import { contextOf } from './found.ts';

/** A run of build-image in a checkout; what it shows is gathered. */
export const imageStage = (
  workspace: string,
  context: Partial<RunContext> = {},
  signal = new AbortController().signal,
) => {
  const shown: string[] = [];
  const temp = folder('temp');
  const stage: ImageStage = {
    ...time,
    context: { ...contextOf(), repository: 'team/app', url: 'https://github.test/team/app/actions/runs/7', event: 'push', ref: 'refs/heads/main', ...context }, // prettier-ignore
    signal,
    workspace,
    temp,
    startedAt: new Date(),
    problems: [],
    show: (line) => shown.push(line),
    group: async (title, body) => {
      shown.push(title);
      return body();
    },
  };
  return { stage, shown, temp };
};

/** A checkout with busybox, to be copied to `/` of an image with all that it needs, and a Dockerfile. */
export const imageRepository = (dockerfile: string, files: Readonly<Record<string, string>> = {}): string => {
  const root = repository({ Dockerfile: dockerfile, ...files });
  const busybox = realpathSync(found('busybox') ?? '');
  const put = (file: string, to: string): void => {
    mkdirSync(join(root, 'busybox', dirname(to)), { recursive: true });
    copyFileSync(file, join(root, 'busybox', to));
    chmodSync(join(root, 'busybox', to), 0o755);
  };
  put(busybox, '/bin/busybox');
  // its sh looks for programs on PATH, as Debian builds it
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    if (name !== 'busybox') symlinkSync('busybox', join(root, 'busybox/bin', name));
  // Debian's is linked with libraries; a static one names none
  for (const [library] of lddOf(busybox).matchAll(/\/\S+/g)) put(library, library);
  commitAll(root);
  return root;
};

const lddOf = (program: string): string => {
  try {
    return execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};

export const noInputs: ImageInputs = {
  image: undefined,
  context: undefined,
  file: undefined,
  target: undefined,
  cache: undefined,
  sbom: undefined,
  builder: undefined,
  platforms: [],
  tags: [],
  'build-args': [],
};

export const plainWish: ImageWish = {
  config: undefined,
  secrets: undefined,
  username: undefined,
  password: undefined,
  push: 'auto',
  build: 'auto',
  evidence: undefined,
  dry: false,
};

/** Files below a folder that hold a text, packed ones unpacked. */
export const holding = (root: string, text: string): readonly string[] => {
  const script = 'find "$1" -type f | while read -r f; do { cat "$f"; gzip -cdq "$f" 2>/dev/null || :; } | grep -qF -e "$2" && echo "$f"; done; exit 0'; // prettier-ignore
  return execFileSync('sh', ['-c', script, 'sh', root, text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n')
    .filter((line) => line !== '');
};
