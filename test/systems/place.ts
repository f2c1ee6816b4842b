/** The jobs that a system's workflow has, on a repository of its own: its tests and scans, and the deploy that follows where they are green. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Report } from '#plan';
import { makeRepository, type Change, type Repository } from '../apps/spine/repository.ts';
import { startVulnerabilities, writeSafetyDatabase } from '../fakes/vulnerabilities.ts';
import { bareKey, generateKey } from '../lab/keys.ts';
import { git } from '../lab/repository.ts';
import { ensureScanners } from '../lab/scanners.ts';
import { fromSources } from '../runner/from-sources.ts';
import { startJob, workflowRun, type Job, type StepEnd } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');

/** What came of a run: of the tests and scans, and whether anybody came to the host. */
export type Outcome = {
  readonly test: StepEnd;
  readonly report: Report;
  /** Of the deploy; undefined where that step was not begun, or the application has none. */
  readonly deploy: StepEnd | undefined;
  /** Connections to the host's port. */
  readonly connections: number;
};

export type Asked = {
  /** What the commit changes. */
  readonly change?: Change;
  /** Files that git ignores, and that it has all the same. */
  readonly forced?: readonly string[];
  /** A pull request; else a push to main. */
  readonly pull?: boolean;
  /** Beside what the runner's machine has. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the job does after its tests and scans, where the application is not deployed. */
  readonly then?: (job: Job, test: StepEnd, sha: string) => Promise<void>;
};

export type Place = {
  /** The application's source. */
  readonly source: string;
  readonly repository: Repository;
  /** A commit on main as it was at first, the jobs on it, and back to where it was. */
  readonly run: (asked?: Asked) => Promise<Outcome>;
  /** What pip-audit's service was asked. */
  readonly asked: readonly string[];
  readonly end: () => Promise<void>;
};

/** A port where whoever comes is counted, and told nothing. */
const countingPort = async () => {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    count: () => connections,
    end: () =>
      new Promise<void>((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
};

/** What GitHub says of a push to main, or of a pull request from a branch of this repository. */
const eventOf = (pull: boolean, before: string, head: string) => {
  const repository = { default_branch: 'main', full_name: 'spine/notes', fork: false };
  const branch = (ref: string, sha: string) => ({ ref, sha, repo: { full_name: repository.full_name, fork: false } });
  return pull
    ? {
        name: 'pull_request',
        payload: { action: 'opened', number: 1, repository, pull_request: { number: 1, base: branch('main', before), head: branch('change', head) } }, // prettier-ignore
      }
    : { name: 'push', payload: { ref: 'refs/heads/main', before, after: head, repository } };
};

const reportOf = ({ outputs, log }: StepEnd): Report => {
  const file = outputs['report'];
  if (file === undefined || !existsSync(file)) throw new Error(`there is no report:\n${log.join('\n')}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
};

/** Prepares all of it for an application of test/apps. */
export const prepareSystem = async (app: string): Promise<Place> => {
  const source = join(root, 'test/apps', app, 'source');
  const bin = await ensureScanners(source);
  const dir = realpathSync(mkdtempSync(join(tmpdir(), `landfall-${app}-`)));
  const repository = makeRepository(join(dir, 'checkout'), { source });
  const begin = repository.head();
  const [database, home, temp] = ['database', 'home', 'runner'].map((name) => join(dir, name)) as [string, string, string]; // prettier-ignore
  for (const folder of [home, temp]) mkdirSync(folder);
  writeSafetyDatabase(database);
  const [service, host] = [await startVulnerabilities(), await countingPort()];
  const dist = fromSources('test-and-scan', 'build-image', 'deploy-over-ssh');
  const key = generateKey();
  const deploys = /^path:/m.test(readFileSync(join(source, 'landfall.yml'), 'utf8'));
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    // what scanners keep, they keep here
    HOME: home,
    PYTHONDONTWRITEBYTECODE: '1',
    SAFETY_DB: database,
    ...service.env,
  };

  const commit = ({ change = {}, forced = [], pull = false }: Asked): string => {
    if (pull) git(repository.dir, 'checkout', '-q', '-b', 'change');
    repository.commit('Change it', change);
    if (forced.length === 0) return repository.head();
    git(repository.dir, 'add', '--force', ...forced);
    return repository.commit('Change it more', {});
  };
  const back = (): void => {
    git(repository.dir, 'checkout', '-q', '-f', 'main');
    git(repository.dir, 'reset', '-q', '--hard', begin);
    git(repository.dir, 'clean', '-q', '-f', '-d', '-x');
    git(repository.dir, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n').filter((name) => name !== 'main').forEach((name) => git(repository.dir, 'branch', '-q', '-D', name)); // prettier-ignore
  };

  return {
    source,
    repository,
    asked: service.asked,
    run: async (asked = {}) => {
      const before = host.count();
      try {
        const sha = commit(asked);
        const job = startJob({
          dist,
          root,
          run: workflowRun({ sha, ref: asked.pull === true ? 'refs/pull/1/merge' : 'refs/heads/main' }),
          event: eventOf(asked.pull === true, begin, sha),
          workspace: repository.dir,
          temp,
          env: { ...env, ...asked.env },
          patience: [1000, 1000],
        });
        const test = await job.uses('test-and-scan');
        if (test === undefined) throw new Error('test-and-scan was not begun');
        const report = reportOf(test);
        const inputs = { 'ssh-key': key.privateKey, host: `deploy@127.0.0.1:${host.port}`, 'host-key': bareKey(key.publicKey), 'env-file': 'A=b' }; // prettier-ignore
        const deploy = deploys ? await job.uses('deploy-over-ssh', { inputs }) : undefined;
        await asked.then?.(job, test, sha);
        await job.finish();
        return { test, report, deploy, connections: host.count() - before };
      } finally {
        back();
      }
    },
    end: async () => {
      await Promise.all([service.end(), host.end()]);
      for (const folder of [dir, dist]) rmSync(folder, { recursive: true, force: true });
    },
  };
};
