import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '#plan';
import { measureGap } from '#traffic';
import type { DebianHost } from '../lab/debian-host.ts';
import type { StepEnd } from '../runner/index.ts';
import type { Site } from './site.ts';
import { siteOn, type Grounds } from './site-on.ts';

/** What a host needs beside its services for an installation by hand, and for the lines of sudo by which it is adopted. */
export const handMadeLayer =
  'RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends sudo git && : >/etc/machine-id';

export type Deployed = StepEnd & { readonly report: Report };

/** How often each service was stopped and started: `service stopped started`. */
export type Turns = readonly string[];

/** An application that a person has installed by hand, its repository, and a runner that starts the built bundles. */
export type HandMade = Pick<Site, 'base' | 'url' | 'end' | 'commit' | 'repository'> & {
  readonly host: DebianHost;
  readonly path: string;
  /** Its services, each a program or a unit of that name. */
  readonly services: readonly string[];
  /** The next deploy, in a job of its own. */
  readonly deploy: (inputs?: Readonly<Record<string, string>>) => Promise<Deployed>;
  /** A deploy that nobody confirms, and what is done then, in the same run. */
  readonly unconfirmed: (then: (deployed: Deployed) => Promise<void>) => Promise<void>;
  /** Deploys, and takes it back in the same run by `phase: abort`; `between` is done before that. */
  readonly aborted: (between: () => Promise<void>) => Promise<readonly [Deployed, Deployed]>;
  readonly rollBack: () => Promise<Deployed>;
  /** All that is at its path, but for what it writes itself: names, rights, owners, times, sums. */
  readonly tree: () => Promise<string>;
  /** The files that say what runs it, as they are. */
  readonly definitions: () => Promise<string>;
  /** What a person types to have all of it restarted. */
  readonly restart: () => Promise<string>;
  /** `service pid folder` of what runs each service. Throws where one does not run. */
  readonly running: () => Promise<readonly string[]>;
  /** As what runs them has counted. */
  readonly turns: () => Promise<Turns>;
  /** A status that somebody who asks for the application gets. */
  readonly status: () => Promise<number | undefined>;
};

export type HandMadeGrounds = {
  readonly site: Site;
  readonly path: string;
  readonly services: readonly string[];
  /** The files that say what runs it: a pattern of the shell. */
  readonly definitions: string;
  /** What it writes itself, as patterns of `find -path` that begin with `./`. */
  readonly writes: readonly string[];
  /** It makes files in its directory itself, whose time says so. */
  readonly restless?: true;
  readonly restart: string;
  /** Prints the main process of the service `$1`. */
  readonly pid: string;
  /** Prints how often the service `$1` was stopped, and how often it was started, a line each. */
  readonly turns: string;
  /** Further inputs of each deploy. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** One GET over a connection of its own: the status; undefined: no answer in time. */
  readonly request: (url: string) => Promise<number | undefined>;
};

/** Of units of the system: systemd writes to its journal whenever one has stopped, and whenever one has started. */
export const asUnits: Pick<HandMadeGrounds, 'pid' | 'turns'> = {
  pid: 'systemctl show --property=MainPID --value "$1"',
  turns:
    'journalctl --sync; for id in 9d1aaa27d60140bd96365438aad20286 39f53479d3a045ac8e11786248231fbf; do journalctl --quiet --output=cat _PID=1 UNIT="$1.service" MESSAGE_ID=$id | wc -l; done',
};

const facts = (files: string): string =>
  `find ${files} -printf '%p %y %m %U:%G %l %T@\\n' | sort; find ${files} -type f -print0 | sort -z | xargs -0 sha256sum`;

/** Resolves when it answers. Throws where it does not within two minutes. */
export const handMadeOn = async ({ site, path, inputs = {}, ...grounds }: HandMadeGrounds): Promise<HandMade> => {
  const { host, base, url } = site;
  const reported = (end: StepEnd): Deployed => ({
    ...end,
    report: JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as Report,
  });
  const step = async (
    job: ReturnType<Site['job']>,
    action: 'deploy-over-ssh' | 'rollback',
    more: Readonly<Record<string, string>>,
  ): Promise<Deployed> => reported(await job.start(action, { inputs: { ...site.access, ...inputs, ...more } }).ended);
  const alone = async (
    action: 'deploy-over-ssh' | 'rollback',
    more: Readonly<Record<string, string>>,
  ): Promise<Deployed> => {
    const job = site.job();
    const end = await step(job, action, more);
    await job.finish();
    return end;
  };
  for (let tries = 0; ((await grounds.request(url)) ?? 500) >= 400; tries += 1) {
    if (tries > 240) throw new Error('what was installed by hand does not answer');
    await sleep(500);
  }
  return {
    host,
    base,
    url,
    path,
    services: grounds.services,
    commit: site.commit,
    repository: site.repository,
    end: site.end,
    deploy: (more = {}) => alone('deploy-over-ssh', more),
    unconfirmed: async (then) => {
      const job = site.job();
      await then(await step(job, 'deploy-over-ssh', { commit: 'later' }));
    },
    aborted: async (between) => {
      const job = site.job();
      const deployed = await step(job, 'deploy-over-ssh', { commit: 'later' });
      await between();
      const abort = await step(job, 'deploy-over-ssh', { phase: 'abort' });
      await job.finish();
      return [deployed, abort];
    },
    rollBack: () => alone('rollback', { to: 'previous' }),
    tree: () => {
      const without = grounds.writes.map((one) => `-path '${one}' -prune -o`).join(' ');
      return host.exec(
        `cd ${path} && find . ${grounds.restless === true ? '-mindepth 1' : ''} ${without} -printf '%P %y %m %U:%G %l %T@\\n' | sort && find . ${without} -type f -print0 | sort -z | xargs -0 sha256sum`,
      );
    },
    definitions: () => host.exec(facts(grounds.definitions)),
    restart: () => host.exec(grounds.restart),
    running: async () => {
      const lines = await host.exec(
        `pid_of() { ${grounds.pid}; }; for one in ${grounds.services.join(' ')}; do pid=$(pid_of $one); echo "$one $pid $(readlink /proc/$pid/cwd)"; done`,
      );
      const all = lines.trim().split('\n');
      const dead = all.filter((line) => !/^\S+ [1-9]\d* \/./.test(line));
      if (dead.length > 0) throw new Error(`not running: ${dead.join('; ')}`);
      return all;
    },
    turns: async () => {
      const lines = await host.exec(
        `turns_of() { ${grounds.turns}; }; for one in ${grounds.services.join(' ')}; do echo $one $(turns_of $one); done`,
      );
      return lines.trim().split('\n');
    },
    status: () => grounds.request(url),
  };
};

/** How long nobody gets an answer while something is done: ms. Asked as the actions ask. */
export const gapWhile = async (
  place: Pick<HandMade, 'url' | 'status'>,
  act: () => Promise<unknown>,
): Promise<number> => {
  const clock = {
    now: () => performance.now(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
    },
  };
  const meter = measureGap({ url: place.url, serves: true, request: () => place.status(), clock });
  await meter.start();
  await sleep(500);
  await act();
  // what comes up is asked for until it answers
  for (let tries = 0; tries < 600 && ((await place.status()) ?? 500) >= 500; tries += 1) await sleep(100);
  meter.proven(clock.now());
  const gap = await meter.stop();
  if (!gap.measured) throw new Error(gap.why);
  return gap.ms;
};

/** The site of an application at `path` that its own programs or units run. @param css the file that each commit changes */
export const siteByHand = ({
  path,
  css,
  env = {},
  ...grounds
}: Pick<Grounds, 'dist' | 'dir' | 'host' | 'repository' | 'url' | 'runner'> & {
  readonly path: string;
  readonly css: string;
  readonly env?: Grounds['env'];
}): Site => {
  let commits = 0;
  return siteOn({
    ...grounds,
    env,
    base: `${path}-landfall`,
    manager: () => 'adopted',
    manage: () => {
      throw new Error('what people have made runs it');
    },
    commit: (subject) => {
      commits += 1;
      grounds.repository.commit(subject, { [css]: `/* change ${commits} */\nbody { margin: 2rem; }\n` });
    },
    serving: () => Promise.resolve(undefined),
  });
};

/** Where the source of an example application is. */
export const sourceOf = (name: string): string => join(import.meta.dirname, '../apps', name, 'source');
