import { execFileSync } from 'node:child_process';
import type { ImageInputs } from '#config';
import { time } from '#kit';
import type { RunContext, Signer } from '#plan';
import type { ImageStage, ImageWish } from '../../packages/operations/image-wish.ts';
import { putBusybox } from '../lab/busybox.ts';
import { commitAll, folder, repository } from '../lab/repository.ts';
import { contextOf } from './found.ts';
import { silentGitHub } from './silent-github.ts';

/** A run without the right to an OIDC token. */
const noSigner: Signer = {
  lacks: 'the run has no OIDC token',
  provenance: () => Promise.resolve({ ok: false, final: true, why: 'the run has no OIDC token' }),
};

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
    github: silentGitHub,
    signer: noSigner,
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
  putBusybox(root);
  commitAll(root);
  return root;
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
  attest: 'false',
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
