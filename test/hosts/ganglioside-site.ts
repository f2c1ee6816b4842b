import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '#plan';
import { makeRepository } from '../apps/spine/repository.ts';
import type { DebianHost } from '../lab/debian-host.ts';
import { markOf } from '../kill/host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { StepEnd } from '../runner/index.ts';
import { laboratory, path, prepareMachine } from './ganglioside-machine.ts';
import { ask, listen, logIn, type Front, type Person } from './ganglioside-person.ts';
import { holdOpen } from './leave.ts';
import { startMail } from './mail.ts';
import { siteOn } from './site-on.ts';
import type { Site } from './site.ts';
import { startStarter, type Starter } from './starter.ts';

const source = join(import.meta.dirname, '../apps/ganglioside/source');
const read = (name: string): string => readFileSync(join(source, name), 'utf8');

/** The table whose results the application's checks know. */
export const standards = read('samples/standards.csv');

/** Where the account of its checks gets mail. */
export const checkEmail = 'checks@ganglioside.example';

/** What it runs, as landfall.yml names it. */
export const services = ['django', 'daphne', 'celery-worker', 'celery-beat'] as const;

/** A deploy that is under way. */
export type Deploying = { readonly ended: Promise<Deployed> };
export type Deployed = StepEnd & { readonly report: Report };

/** Ganglioside's repository, its host, and a runner that starts the built bundles. */
export type Ganglioside = Front &
  Pick<Site, 'host' | 'base' | 'end'> & {
    /** Its address without TLS. */
    readonly plain: string;
    /** Starts a deploy of a new commit, with these faults switched on. */
    readonly start: (subject: string, faults?: Readonly<Record<string, string>>) => Deploying;
    /** The next commit changes this file so. */
    readonly change: (file: string, from: string, to: string) => void;
    /** Goes back to the release before, by the action. */
    readonly rollBack: () => Promise<Deployed>;
    /** Does these checks, as YAML, in place of its own: smoke-test on what serves. */
    readonly check: (checks: string) => Promise<Deployed>;
    /** A property of each unit that runs a service, in the order of their names. */
    readonly ofUnits: (property: string) => Promise<readonly string[]>;
    /** Starts a deploy of a new commit, and holds it when its transaction is open and nothing is switched, until it is told to go on. */
    readonly hold: (subject: string) => Promise<Deploying & { readonly goOn: () => void }>;
    /** The release that `current` leads to. */
    readonly live: () => Promise<string>;
    /** What is not as it should be where this release serves; nothing: four units are active, and each process tells that it is of it. */
    readonly wrong: (release: string) => Promise<readonly string[]>;
    /** Who the application's checks are. */
    readonly person: () => Promise<Person>;
    /** What a query of its database gives, a line a row. */
    readonly query: (sql: string) => Promise<string>;
    /** The workflows that a team of this application would copy. */
    readonly starter: Starter;
  };

/** landfall.yml, with the lab's addresses in place of its own. */
export const landfall = ({ ssh, hostKey }: DebianHost, url: string, plain: string): string =>
  read('landfall.yml')
    .replace(/^ {2}ssh: .*$/m, `  ssh: ${ssh}`)
    .replace(/^ {2}key: .*$/m, `  key: ${hostKey}`)
    .replaceAll('https://ganglioside.example', url)
    .replaceAll('http://ganglioside.example', plain);

/** The release that each kind of process tells by itself, or why it does not. */
const told = async (front: Front): Promise<readonly string[]> => {
  const of = async (page: string): Promise<string> => {
    const { status, body } = await ask(front, page);
    return status === 200 ? (JSON.parse(body) as { release: string }).release : `${status} ${body}`;
  };
  const asked = {
    django: ask(front, '/version').then(({ body }) => body.trim()),
    daphne: listen(front, '/ws/', () => true).then(([hello]) => String(hello?.['release'])),
    'celery-worker': of('/worker'),
    'celery-beat': of('/scheduler'),
  } satisfies Record<(typeof services)[number], Promise<string>>;
  return Promise.all(Object.values(asked).map((answer) => answer.catch(String)));
};

/** Prepares all of it, on a host of its own. */
export const prepareGanglioside = async (dist: string, say: (line: string) => void): Promise<Ganglioside> => {
  const wheels = await ensureWheels(read('requirements/production.txt'), say);
  const [database, check] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const { host, issued } = await prepareMachine(database, wheels, say);
  const mail = await startMail(host, randomBytes(12).toString('hex'), issued);
  const dir = mkdtempSync(join(tmpdir(), 'landfall-ganglioside-'));
  const [url, plain] = [`https://localhost:${host.tlsPort}`, `http://localhost:${host.webPort}`];
  const { authority } = issued;
  const front: Front = { url, authority };
  const base = `${path}-landfall`;
  const trusted = join(dir, 'authority.pem');
  writeFileSync(trusted, authority);
  const repository = makeRepository(join(dir, 'checkout'), {
    source,
    change: { 'landfall.yml': landfall(host, url, plain) },
  });
  const trusting = { NODE_EXTRA_CA_CERTS: trusted };
  let commits = 0;
  let changed: Readonly<Record<string, string>> = {};
  const site = siteOn({
    dist,
    dir,
    host,
    repository,
    base,
    url,
    env: {
      SECRET_KEY: 'a-long-random-string-for-the-lab-only-20ab',
      ALLOWED_HOSTS: 'localhost',
      CORS_ALLOWED_ORIGINS: laboratory,
      DB_PASSWORD: database,
      REDIS_URL: 'redis://127.0.0.1:6379/0',
      CELERY_BROKER_URL: 'redis://127.0.0.1:6379/1',
      CHECK_PASSWORD: check,
      CHECK_EMAIL: checkEmail,
      ...mail,
      GANGLIOSIDE_WORKERS: '2',
    },
    runner: { CHECK_PASSWORD: check, ...trusting },
    manager: () => 'system',
    manage: () => {
      throw new Error('this application stays what it is');
    },
    commit: (subject) => {
      commits += 1;
      const css = `/* ${commits}: ${subject} */\n`;
      repository.commit(subject, { 'analyses/static/ganglioside.css': css, ...changed });
      changed = {};
    },
    serving: () =>
      ask(front, '/version').then(
        ({ status, body }) => (status === 200 ? body.trim() : undefined),
        () => undefined,
      ),
  });
  const finish = async (
    action: 'deploy-over-ssh' | 'rollback' | 'smoke-test',
    inputs: Readonly<Record<string, string>>,
    show?: (line: string) => void,
  ): Promise<Deployed> => {
    const job = site.job(show === undefined ? {} : { show });
    const end = await job.start(action, { inputs: { ...inputs, env: 'CHECK_PASSWORD' } }).ended;
    await job.finish();
    return { ...end, report: JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as Report };
  };
  const starter = await startStarter({
    system: 'ganglioside',
    site,
    addresses: [
      ['deploy@ganglioside.example', host.ssh],
      [/ssh-ed25519 [\w+/]+/g, host.hostKey],
      ['https://ganglioside.example', url],
      ['http://ganglioside.example', plain],
    ],
    dist,
    dir,
    secrets: { CHECK_PASSWORD: check },
    // its tests demand a version that is higher than that of the commit before
    change: { 'pyproject.toml': read('pyproject.toml').replace('version = "2.0.0"', 'version = "2.1.0"') },
    env: trusting,
    say,
  });
  const ours = `landfall-${markOf(base)}-*.service`;
  return {
    ...front,
    host,
    base,
    plain,
    start: (subject, faults) => {
      site.commit(subject);
      return { ended: finish('deploy-over-ssh', site.deploy({}, faults).inputs) };
    },
    change: (file, from, to) => {
      const text = readFileSync(join(repository.dir, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      changed = { [file]: text.replace(from, to) };
    },
    rollBack: () => finish('rollback', { ...site.access, to: 'previous' }),
    check: (checks) => finish('smoke-test', { ...site.access, checks }),
    ofUnits: async (property) => {
      const show = `systemctl show --timestamp=unix --value --property=${property} '${ours}'`;
      return (await host.exec(show)).split('\n').filter((line) => line !== '');
    },
    hold: async (subject) => {
      site.commit(subject);
      const hold = await holdOpen(site);
      const ended = finish('deploy-over-ssh', site.deploy(hold.way).inputs, hold.show).finally(
        hold[Symbol.asyncDispose],
      );
      await Promise.race([hold.open, ended]);
      return { ended, goOn: hold.goOn };
    },
    live: async () => (await site.state()).current,
    wrong: async (release) => {
      const { phase, current, processes } = await site.state();
      const units = (await host.exec(`systemctl list-units --all --plain --no-legend '${ours}'`)).trim().split('\n');
      const active = (name: string): boolean =>
        units.some((unit) => new RegExp(`^landfall-\\d+-${name}\\.service +loaded +active +running`).test(unit));
      const stale = processes.filter((one) => !one.endsWith(` on ${release}: ok`));
      const names = await told(front);
      return [
        ...(phase === 'confirmed' || phase === 'undone' ? [] : [`the transaction is ${phase}`]),
        ...(current === release ? [] : [`current leads to ${current || 'nothing'}, not to ${release}`]),
        ...(services.every(active) ? [] : [`its units: ${units.join('; ')}`]),
        ...(processes.length > 0 && stale.length === 0 ? [] : [`its processes: ${processes.join('; ') || 'none'}`]),
        ...services.flatMap((name, at) => (names[at] === release ? [] : [`${name} tells ${names[at] ?? ''}`])),
      ];
    },
    person: () => logIn(front, 'checks', check),
    query: (sql) => host.exec(`cd /; su postgres -c 'psql -At ganglioside_prod' <<'SQL'\n${sql}\nSQL`),
    starter,
    end: async () => {
      await starter.end();
      await site.end();
    },
  };
};
