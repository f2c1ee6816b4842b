import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRepository, type Repository } from '../apps/spine/repository.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { Job, StepEnd, WorkflowRun } from '../runner/index.ts';
import type { Manager } from '#plan';
import { setUpUnits, sudoLayer } from './set-up-units.ts';
import { siteOn } from './site-on.ts';
import type { State } from './state.ts';

const source = join(import.meta.dirname, '../apps/spine/source');

/** The example application's repository, a Debian host with nginx in front of it, and a runner that starts the built bundles. */
export type Site = {
  readonly host: DebianHost;
  readonly repository: Repository;
  readonly base: string;
  readonly url: string;
  /** What runs the services, as landfall.yml says. */
  readonly manager: () => Manager;
  /** A commit that says so. */
  readonly manage: (by: Manager) => void;
  /** A commit that changes the application. */
  readonly commit: (subject: string) => void;
  /** A new workflow run, with a higher number than the one before. */
  readonly nextRun: () => Partial<WorkflowRun>;
  /** A job of a new workflow run, or of the one that is named; `show` gets each line of its steps. */
  readonly job: (how?: { readonly run?: Partial<WorkflowRun>; readonly show?: (line: string) => void }) => Job;
  /** The inputs of a deploy; `faults` are the application's switches, by environment. */
  readonly deploy: (
    more?: Readonly<Record<string, string>>,
    faults?: Readonly<Record<string, string>>,
  ) => { readonly inputs: Readonly<Record<string, string>> };
  /** The inputs that every action takes. */
  readonly access: Readonly<Record<string, string>>;
  /** A deploy that nobody disturbs. Throws unless it is done. */
  readonly deployed: (subject: string) => Promise<StepEnd>;
  /** Which release answers behind nginx; undefined: none does. */
  readonly serving: () => Promise<string | undefined>;
  readonly state: () => Promise<State>;
  /** Resolves when the transaction's phase is this one, and what else is asked is so. Throws after five minutes. */
  readonly reached: (phase: string, also?: string) => Promise<void>;
  readonly end: () => Promise<void>;
};

export type SiteOptions = {
  /** The folder of the bundles. */
  readonly dist: string;
  readonly linger: boolean;
  /** What runs the services at first. */
  readonly manager: Manager;
  /** Those beside web, as landfall.yml has them. */
  readonly beside?: string;
  /** The host has a Docker engine of its own. */
  readonly engine?: boolean;
  readonly say: (line: string) => void;
};

const path = '/srv/notes';

const yaml = ({ ssh, hostKey }: DebianHost, url: string, manager: Manager, beside: string): string => `hosts:
  ssh: ${ssh}
  key: ${hostKey}
path: ${path}
url: ${url}
manager: ${manager}
services:
  web:
    command: gunicorn --config gunicorn.conf.py spine.wsgi
    listen: "127.0.0.1:8000"
    drain: 5s
    boot: 60s
${beside}env: { require: [SECRET_KEY, PORT] }
smoke:
  - { get: /health/, json: { status: ok }, within: 30s, every: 200ms }
keep: 3
`;

/** As a person sets a host up once: the folders of docs/on-a-host.md, and nginx in front of the application. */
const setUp = `
install -d -o deploy ${path}-landfall
ln -sT ${path}-landfall/current ${path}
printf '%s\\n' 'server { listen 80 default_server; location / { proxy_pass http://127.0.0.1:8000; proxy_set_header Host $http_host; } }' \\
  >/etc/nginx/sites-enabled/default
systemctl reload nginx
`;

/** Prepares all of it on a host of its own. */
export const prepareSite = async ({
  dist,
  linger,
  manager,
  beside = '',
  engine = false,
  say,
}: SiteOptions): Promise<Site> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const dir = mkdtempSync(join(tmpdir(), 'landfall-site-'));
  const host = await startHost({
    image: 'services',
    linger,
    engine,
    wheels,
    say,
    ...(manager === 'system' || manager === 'units' ? { layer: sudoLayer } : {}),
  });
  try {
    await host.exec(setUp);
    if (manager === 'system') say(await setUpUnits(host, path));
    const url = `http://127.0.0.1:${host.webPort}`;
    const repository = makeRepository(join(dir, 'checkout'), {
      change: { 'landfall.yml': yaml(host, url, manager, beside) },
    });
    let commits = 0;
    let under = manager;
    return siteOn({
      dist,
      dir,
      host,
      repository,
      base: `${path}-landfall`,
      url,
      env: { SECRET_KEY: 'a-long-random-string-for-the-lab-only-51c7', PORT: '8000', ALLOWED_HOSTS: '127.0.0.1' },
      manager: () => under,
      manage: (by) => {
        under = by;
        repository.commit(`Run the services under ${by}`, { 'landfall.yml': yaml(host, url, by, beside) });
      },
      commit: (subject) => {
        commits += 1;
        repository.commit(subject, {
          'static/notes.css': `/* change ${commits} */\nbody { color: #12${commits % 10}; }\n`,
        });
      },
      serving: async () => {
        try {
          const answer = await fetch(`${url}/version`, {
            signal: AbortSignal.timeout(120_000),
            headers: { connection: 'close' },
          });
          return answer.ok ? (await answer.text()).trim() : undefined;
        } catch {
          return undefined;
        }
      },
    });
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};

/** Waits until the transaction is closed and the mutex free; then says what is wrong: nothing, where one whole release serves. */
export const wrongWith = async (site: Site, live: string, ms = 300_000): Promise<readonly string[]> => {
  const until = performance.now() + ms;
  for (;;) {
    const state = await site.state();
    const answer = await site.serving();
    const wrong = [
      ...(['confirmed', 'undone'].includes(state.phase) ? [] : [`the transaction is ${state.phase}`]),
      ...(state.mutexFree ? [] : ['the mutex is held']),
      ...(state.current === live ? [] : [`current leads to ${state.current || 'nothing'}, not to ${live}`]),
      ...(answer === live ? [] : [`${answer ?? 'nothing'} answers, not ${live}`]),
      ...(state.supervisors === (site.manager() === 'supervisor' ? 1 : 0)
        ? []
        : [`${state.supervisors} supervisord run`]),
      ...(state.processes.length > 0 && state.processes.every((one) => one.endsWith(` on ${live}: ok`))
        ? []
        : [`its processes: ${state.processes.join('; ') || 'none'}`]),
    ];
    if (wrong.length === 0 || performance.now() > until) return wrong;
    await sleep(500);
  }
};
