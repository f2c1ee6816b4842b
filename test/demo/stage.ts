import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import type { Repository } from '../apps/spine/repository.ts';
import { prepareDemoHost } from '../lab/demo-host.ts';
import type { DemoHost } from '../lab/demo-host.ts';
import type { Hooks } from '../lab/embedded-sshd.ts';
import { startJob, workflowRun } from '../runner/index.ts';
import type { Job, JobStart, StepEnd, WorkflowRun } from '../runner/index.ts';

const root = join(import.meta.dirname, '../..');

/** The host, the repository, and a runner that starts the built bundles: what acts and proofs play on. */
export type Stage = {
  readonly host: DemoHost;
  readonly repository: Repository;
  readonly url: string;
  readonly base: string;
  /** A commit that changes the application, by a line of its page. */
  readonly commit: (subject: string) => string;
  /** A job of a new workflow run (or of the one that is named); `show` gets each line of its steps. */
  readonly job: (given?: {
    run?: Partial<WorkflowRun>;
    show?: (line: string) => void;
    /** What the runner gives it beside that: an event, a token, an environment. */
    more?: Pick<Partial<JobStart>, 'event' | 'token' | 'env' | 'secrets'>;
  }) => Job;
  /** The inputs of a deploy; `faults` are the application's switches, by environment. */
  readonly deploy: (
    more?: Readonly<Record<string, string>>,
    faults?: Readonly<Record<string, string>>,
  ) => {
    inputs: Readonly<Record<string, string>>;
  };
  /** The inputs that every action takes: where, and how to get in. */
  readonly access: Readonly<Record<string, string>>;
  /** Which release answers at the public address; undefined: nobody does. */
  readonly serving: () => Promise<string | undefined>;
  /** What the host itself says: status, as a person would ask for it. */
  readonly status: () => Promise<string>;
  /** Runs a line on the host as a person's shell over SSH does. */
  readonly shell: (command: string) => Promise<{ code: number; text: string }>;
  readonly end: () => Promise<void>;
};

const yaml = (host: DemoHost, port: number): string => `hosts:
  ssh: ${host.ssh}
  key: ${host.sshd.hostKey}
path: ${host.path}
url: http://127.0.0.1:${port}
services:
  web:
    command: gunicorn --config gunicorn.conf.py spine.wsgi
    listen: "127.0.0.1:${port}"
    drain: 5s
    boot: 60s
env: { require: [SECRET_KEY, PORT] }
smoke:
  - { get: /health/, json: { status: ok }, within: 30s, every: 200ms }
  - { get: / , contains: notes }
keep: 3
wait: 300s
`;

/** Prepares all of it; `dist` is the folder of the bundles that are started. */
export const prepareStage = async ({
  dist = join(root, 'dist'),
  hooks = {},
  yaml: more = '',
}: {
  dist?: string;
  hooks?: Hooks;
  /** Keys that landfall.yml has beside its own. */ yaml?: string;
} = {}): Promise<Stage> => {
  const host = await prepareDemoHost(hooks);
  const { port } = host;
  const url = `http://127.0.0.1:${port}`;
  const repository = makeRepository(join(host.dir, 'checkout'), {
    change: { 'landfall.yml': yaml(host, port) + more },
  });
  const access = { 'ssh-key': host.key };
  const secret = 'a-long-random-string-for-the-demo-only-8c1f';
  let runs = 1000;
  let commits = 0;
  const temp = join(host.dir, 'runner');
  mkdirSync(temp);
  return {
    host,
    repository,
    url,
    base: `${host.path}-landfall`,
    access,
    commit: (subject) => {
      commits += 1;
      return repository.commit(subject, {
        'static/notes.css': `/* change ${commits} */\nbody { color: #12${commits % 10}; }\n`,
      });
    },
    job: ({ run = {}, show, more: given = {} } = {}) => {
      runs += 1;
      return startJob({
        dist,
        root,
        run: workflowRun({ runId: String(runs), runNumber: runs - 1000, sha: repository.head(), ...run }),
        workspace: repository.dir,
        temp,
        // a runner of GitHub's asks at once, tells after 7.5 s and kills 2.5 s later: a busy machine gets longer for that last
        patience: [7500, 30_000],
        ...given,
        ...(show === undefined ? {} : { onLine: show }),
      });
    },
    deploy: (more = {}, faults = {}) => ({
      inputs: {
        ...access,
        'env-file': [
          `SECRET_KEY=${secret}`,
          `PORT=${port}`,
          'ALLOWED_HOSTS=127.0.0.1',
          ...Object.entries(faults).map(([name, value]) => `${name}=${value}`),
        ].join('\n'),
        ...more,
      },
    }),
    serving: async () => {
      try {
        const answer = await fetch(`${url}/version`, {
          signal: AbortSignal.timeout(120_000),
          headers: { connection: 'close' },
        });
        return answer.ok ? (await answer.text()).trim() : `status ${answer.status}`;
      } catch {
        return undefined;
      }
    },
    status: async () => (await overSsh(host, `sh ${host.path}-landfall/.landfall/status`)).text,
    shell: (command) => overSsh(host, command),
    end: host.cleanup,
  };
};

/** A person's `ssh user@host command`: the embedded server and a plain client, with nothing of Landfall between. */
const overSsh = async (host: DemoHost, command: string): Promise<{ code: number; text: string }> => {
  const { default: ssh2 } = await import('ssh2');
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('error', reject).on('ready', () => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        let text = '';
        let code = -1;
        channel.on('data', (part: Buffer) => (text += part.toString()));
        channel.stderr.on('data', (part: Buffer) => (text += part.toString()));
        channel.on('exit', (status: number) => (code = status));
        channel.on('close', () => {
          client.end();
          resolve({ code, text: text.trim() });
        });
      });
    });
    client.connect({ host: host.sshd.address, port: host.sshd.port, username: host.sshd.user, privateKey: host.key });
  });
};

/** A failed expectation of an act or a proof: what was expected, and what was found. */
export const expect = (held: boolean, what: string): void => {
  if (!held) throw new Error(what);
};

/** What a step came to: its `result`, or that it was killed. */
export const resultOf = (end: StepEnd | undefined): string =>
  end?.outputs['result'] ?? (end === undefined ? 'skipped' : `exit ${end.exit ?? end.signal ?? '?'}`);
