/** docs/nginx.md, and an empty Debian host that becomes one which serves: by one script of root's and one deploy. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publicHalf } from '#host';
import type { Report } from '#plan';
import { setupScript } from '#setup';
import { makeRepository } from '../apps/spine/repository.ts';
import { reading } from '../docs/sections.ts';
import { markOf } from '../kill/host.ts';
import { makeAuthority } from '../lab/authority.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { packageArchive } from './archive.ts';
import { path } from './ganglioside-machine.ts';
import { ask, type Front } from './ganglioside-person.ts';
import { killedSwitched } from './play.ts';
import { siteOn } from './site-on.ts';
import type { Site } from './site.ts';

const source = join(import.meta.dirname, '../apps/ganglioside/source');
const read = (name: string): string => readFileSync(join(source, name), 'utf8');
const base = `${path}-landfall`;

export const guide = reading('nginx');
const [keys = ''] = guide.of('The file', 'yaml');
const [config = ''] = guide.of('The file', 'nginx');
const [superuser = ''] = guide.of('A superuser from secrets', 'python');
const [hooks = ''] = guide.of('A superuser from secrets', 'yaml');
// a certificate of the lab stands in its place: hosts reach no network
guide.of('The first certificate', 'text');
guide.end();

/** The site as the document has it, for an application whose static files are elsewhere and whose certificate root has brought. */
export const siteFile = 'deployment/nginx/site.conf';
export const siteText = config
  .replace('{current}/staticfiles/', '{current}/static/')
  .replaceAll('/etc/letsencrypt/live/', '/etc/ssl/');

/** Of the application, with Django's admin, which it has not. */
const withAdmin: Readonly<Record<string, string>> = {
  'config/settings.py': read('config/settings.py')
    .replace('    "django.contrib.auth",\n', '    "django.contrib.admin",\n    "django.contrib.messages",\n$&')
    .replace('    "config.faults.middleware",\n', '    "django.contrib.messages.middleware.MessageMiddleware",\n$&')
    .replace(
      /\["django.template.context_processors.request"\]/,
      '["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]',
    ),
  'config/urls.py': read('config/urls.py')
    .replace('from django.urls', 'from django.contrib import admin\n$&')
    .replace('urlpatterns = [\n', '$&    path("admin/", admin.site.urls),\n'),
};

/** Its units, without files in a runtime folder. */
const withoutFolder = Object.fromEntries(
  ['celery-worker', 'celery-beat']
    .map((name) => `deployment/systemd/ganglioside-${name}.service`)
    .map((file) => [file, read(file).replaceAll(/ --pidfile=\S+/g, '')]),
);

/** The application's own landfall.yml, with the lab's addresses, the site and the hook; without checks by a person. */
const landfall = ({ ssh, hostKey }: DebianHost, url: string): string =>
  `${read('landfall.yml')
    .replace(/^ {2}ssh: .*$/m, `  ssh: ${ssh}`)
    .replace(/^ {2}key: .*$/m, `  key: ${hostKey}`)
    .replaceAll('https://ganglioside.example', url)
    .replace(/^smoke:[^]*/m, '')}smoke:
  - { get: /health, json: { status: ok } }
  - { name: the web socket greets, websocket: /ws/, json: { type: hello } }
  - { name: the worker answers, get: /worker, json: { status: ok } }
  - { name: the scheduler ticks, get: /scheduler, json: { status: ok } }
${keys.replace(/domains: .*\]/, 'domains: [localhost]')}${hooks}`;

/** What is not Landfall's, and is on the host before: a database, a broker, a certificate. */
const others = `RUN apt-get update -qq && LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \\
    postgresql redis-server && apt-get clean
`;
const prepareOthers = (password: string, cert: string, key: string): string => `set -eu
cd /
userdel --remove deploy 2>/dev/null
su postgres -c psql >/dev/null <<'SQL'
CREATE ROLE ganglioside_user LOGIN PASSWORD '${password}';
CREATE DATABASE ganglioside_prod OWNER ganglioside_user;
SQL
mkdir -p /etc/ssl/localhost
umask 077
cat >/etc/ssl/localhost/privkey.pem <<'KEY'
${key}KEY
cat >/etc/ssl/localhost/fullchain.pem <<'PEM'
${cert}PEM
`;

export type Said = { readonly code: number; readonly text: string };
export type Deployed = StepEnd & { readonly report: Report };

/** An empty host, the application's repository, and root at its keyboard. */
export type Bootstrap = Front &
  Pick<Site, 'host' | 'base' | 'end' | 'state'> & {
    readonly mark: string;
    /** Runs the setup script as root. */
    readonly setUp: (...args: readonly string[]) => Promise<Said>;
    /** A deploy; of a new commit where something changes, by paths. */
    readonly deploy: (
      change?: Readonly<Record<string, string>>,
      more?: Readonly<Record<string, string>>,
    ) => Promise<Deployed>;
    /** A deploy of a new commit, whose runner is killed when it has switched. */
    readonly cutOff: (change: Readonly<Record<string, string>>) => Promise<void>;
    readonly rollBack: () => Promise<Deployed>;
    /** nginx's process, and its workers: others after each reload. */
    readonly nginx: () => Promise<{ readonly main: string; readonly workers: string }>;
    /** Who the secrets name as superuser. */
    readonly superuser: { readonly name: string; readonly password: string };
    /** The site that nginx has of it. */
    readonly installed: () => Promise<string>;
  };

/** Prepares all of it. */
export const prepareBootstrap = async ({ show, dist }: ProofOptions): Promise<Bootstrap> => {
  const wheels = await ensureWheels(read('requirements/production.txt'), show);
  const [database, password] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const { key, cert, authority } = makeAuthority(['localhost']);
  const layer = `${others}${packageArchive('python3-venv', 'sudo', 'nginx')}`;
  const host = await startHost({ image: 'base', layer, memory: '1g', wheels, say: show });
  const dir = mkdtempSync(join(tmpdir(), 'landfall-bootstrap-'));
  const url = `https://localhost:${host.tlsPort}`;
  try {
    await host.exec(prepareOthers(database, cert, key));
    const repository = makeRepository(join(dir, 'checkout'), {
      source,
      change: {
        ...withAdmin,
        ...withoutFolder,
        'landfall.yml': landfall(host, url),
        [siteFile]: siteText,
        'deployment/superuser.py': superuser,
      },
    });
    const site = siteOn({
      dist,
      dir,
      host,
      repository,
      base,
      url,
      env: {
        SECRET_KEY: 'a-long-random-string-for-the-lab-only-41fe',
        ALLOWED_HOSTS: 'localhost',
        DB_PASSWORD: database,
        REDIS_URL: 'redis://127.0.0.1:6379/0',
        CELERY_BROKER_URL: 'redis://127.0.0.1:6379/1',
        GANGLIOSIDE_WORKERS: '2',
        DJANGO_SUPERUSER_USERNAME: 'grace',
        DJANGO_SUPERUSER_EMAIL: 'grace@example.org',
        DJANGO_SUPERUSER_PASSWORD: password,
      },
      runner: { NODE_EXTRA_CA_CERTS: join(dir, 'authority.pem') },
      manager: () => 'system',
      manage: () => undefined,
      commit: () => undefined,
      serving: () => ask({ url, authority }, '/version').then(({ body }) => body.trim()),
    });
    writeFileSync(join(dir, 'authority.pem'), authority);
    const finish = async (
      action: 'deploy-over-ssh' | 'rollback',
      inputs: Readonly<Record<string, string>>,
    ): Promise<Deployed> => {
      const job = site.job();
      const end = await job.start(action, { inputs }).ended;
      await job.finish();
      const { report = '' } = end.outputs;
      if (report === '') throw new Error(end.log.slice(-20).join('\n'));
      return { ...end, report: JSON.parse(readFileSync(report, 'utf8')) as Report };
    };
    const mark = markOf(base);
    const script = setupScript({
      user: 'deploy',
      key: `${(await publicHalf({ privateKey: host.key })) ?? ''} deploy`,
      path,
      base,
      python: 'python3',
      manager: 'system',
      domains: 'localhost',
    });
    return {
      url,
      authority,
      host,
      base,
      mark,
      state: site.state,
      end: site.end,
      setUp: async (...args) => {
        const said = await host.exec(
          `sh -s -- ${args.join(' ')} 2>&1 <<'END_OF_SETUP' || echo "code $?"\n${script}END_OF_SETUP\n`,
        );
        return { code: Number(/^code (\d+)$/m.exec(said)?.[1] ?? 0), text: said.trim() };
      },
      deploy: (change, more) => {
        if (change !== undefined) repository.commit('Change', change);
        return finish('deploy-over-ssh', { ...site.deploy().inputs, ...more });
      },
      cutOff: (change) => {
        repository.commit('Change', change);
        return killedSwitched(site, '10m');
      },
      rollBack: () => finish('rollback', { ...site.access, to: 'previous' }),
      nginx: async () => {
        const main = (await host.exec('systemctl show --property=MainPID --value nginx')).trim();
        return { main, workers: (await host.exec(`cat /proc/${main}/task/${main}/children`)).trim() };
      },
      superuser: { name: 'grace', password },
      installed: () => host.exec(`cat /etc/nginx/sites-enabled/zz-landfall-${mark}.conf`),
    };
  } catch (thrown) {
    await host.end();
    throw thrown;
  }
};
