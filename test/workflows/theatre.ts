import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { prepareStage } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { freePort } from '../lab/port.ts';
import type { At } from '../proof/host-state.ts';
import { actRunner, layOut } from './act.ts';
import type { End, Run } from './act.ts';

/** A host, an application's repository with the example workflows as they are written, and a runner. */
export type Theatre = {
  readonly stage: Stage;
  /** The target that examples call production. */
  readonly production: At;
  /** Where this file is, the application's own acceptance program fails. */
  readonly veto: string;
  /** The number of the next run, which belongs to the caller. */
  readonly nextRun: () => number;
  /** Runs an example. `at`: the commit that the run is of, in place of main's. */
  readonly run: (
    given: Pick<Run, 'event' | 'workflow' | 'payload' | 'attempt' | 'api'> & {
      run?: number;
      at?: string;
      /** Beside those that examples name. */
      secrets?: Readonly<Record<string, string>>;
    },
    show: (line: string) => void,
  ) => Promise<End>;
  /** A commit on a branch of its own; main stays where it is. */
  readonly branch: (name: string, subject: string) => string;
  /** A commit with a tag, and one more on top of it. */
  readonly tag: (name: string, subject: string) => string;
  /** A commit with these files. */
  readonly commit: (subject: string, files: Readonly<Record<string, string>>) => string;
  /** The text of a file of the application. */
  readonly text: (path: string) => string;
  /** Has the next commit describe two targets, staging beside production. */
  readonly twoTargets: () => string;
  /** Which release answers on staging. */
  readonly stagingServes: () => Promise<string | undefined>;
  /** The release of a commit that lies prepared on production's host. */
  readonly prepared: (commit: string) => string | undefined;
  /** Called when an action has logged in, and before the host has heard a word of it. */
  readonly onLogin: (body: () => Promise<void>) => void;
  readonly end: () => Promise<void>;
};

const root = join(import.meta.dirname, '../..');

type Description = Readonly<Record<string, unknown>> & {
  readonly path: string;
  readonly url: string;
  readonly services: unknown;
};

/** The description of one target as that of two, the second one elsewhere on the same host. */
const withStaging = (text: string, path: string, port: number): string => {
  const { path: live, url, services, ...rest } = parse(text) as Description;
  const elsewhere = JSON.stringify(services).replaceAll(new URL(url).port, String(port));
  return stringify({
    ...rest,
    targets: {
      production: { path: live, url, services },
      staging: { path, url: `http://127.0.0.1:${port}`, services: JSON.parse(elsewhere) as unknown },
    },
  });
};

/** Prepares all of it. `act` is the program, `dist` the folder of the bundles. */
export const prepareTheatre = async (act: string, dist: string): Promise<Theatre> => {
  let login: (() => Promise<void>) | undefined;
  const connections = new Set<number>();
  const stage = await prepareStage({
    hooks: {
      onExec: async ({ connection }) => {
        if (connections.has(connection)) return;
        connections.add(connection);
        await login?.();
      },
    },
  });
  const { host, repository } = stage;
  const temp = join(host.dir, 'workflows');
  const landfall = join(temp, 'landfall');
  layOut(root, dist, landfall);
  const run = actRunner({ act, origin: repository.dir, landfall, temp });
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-C', repository.dir, '-c', 'advice.detachedHead=false', ...words], { stdio: 'pipe' });
  };
  git('remote', 'add', 'origin', 'https://github.com/spine/notes.git');
  for (const example of globSync('*.yml', { cwd: join(root, 'workflows-examples') }))
    cpSync(join(root, 'workflows-examples', example), join(repository.dir, '.github/workflows', example));
  const veto = join(host.dir, 'veto');
  const accept = `#!/bin/sh
# the application's own acceptance: the release at this address must answer, and nobody may object
python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + "/notes/", timeout=60)' "$1" || exit 1
[ ! -e ${veto} ] || { echo 'the veto is there'; exit 1; }
`;
  repository.commit('Deploy by workflows', { accept }, ['accept']);
  const staging = { path: join(host.home, 'staging'), port: await freePort() };
  const envFile = (port: number): string =>
    stage.deploy().inputs['env-file']?.replace(/^PORT=.*$/m, `PORT=${port}`) ?? '';
  let runs = 0;
  const nextRun = (): number => (runs += 1);
  return {
    stage,
    production: { dir: stage.base, base: stage.base },
    veto,
    nextRun,
    run: async ({ at, run: number = nextRun(), secrets: more, ...given }, show) => {
      if (at !== undefined) repository.checkout(at);
      try {
        const secrets = {
          SSH_KEY: host.key,
          ENV_FILE: envFile(host.port),
          STAGING_ENV_FILE: envFile(staging.port),
          PRODUCTION_ENV_FILE: envFile(host.port),
          ...more,
        };
        return await run({ ...given, run: number, secrets }, show);
      } finally {
        login = undefined;
        if (at !== undefined) git('checkout', '--quiet', 'main');
      }
    },
    branch: (name, subject) => {
      git('checkout', '--quiet', '-b', name);
      const commit = stage.commit(subject);
      git('checkout', '--quiet', 'main');
      return commit;
    },
    tag: (name, subject) => {
      const commit = stage.commit(subject);
      git('tag', name, commit);
      stage.commit(`After ${name}`);
      return commit;
    },
    commit: (subject, files) => repository.commit(subject, files),
    text: (path) => readFileSync(join(repository.dir, path), 'utf8'),
    twoTargets: () => {
      const text = readFileSync(join(repository.dir, 'landfall.yml'), 'utf8');
      return repository.commit('Go by staging', { 'landfall.yml': withStaging(text, staging.path, staging.port) });
    },
    stagingServes: async () => {
      const answer = await fetch(`http://127.0.0.1:${staging.port}/version`).catch(() => undefined);
      return answer?.text();
    },
    prepared: (commit) =>
      globSync(`${stage.base}/releases/${commit.slice(0, 7)}-*/.landfall/prepared`).map((file) =>
        basename(dirname(dirname(file))),
      )[0],
    onLogin: (body) => {
      login = body;
    },
    end: stage.end,
  };
};
