import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import { startHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import { ascaiAt, type AscaiClient } from './ascai-client.ts';
import { environment, names, path, setUpEmpty } from './ascai-machine.ts';
import { siteOn } from './site-on.ts';
import type { Site } from './site.ts';
import { startStarter, type Starter } from './starter.ts';

const source = join(import.meta.dirname, '../apps/ascai/source');

/** ASCAI's repository, an empty host that is set up for it, and a runner. */
export type AscaiSite = Site &
  AscaiClient & {
    /** The authority of the host's certificate. */
    readonly authority: string;
    /** A commit that changes landfall.yml. */
    readonly describe: (changed: (text: string) => string) => void;
    /** The main process of each program that supervisor calls RUNNING, by name. */
    readonly running: () => Promise<ReadonlyMap<string, number>>;
    /** The workflows that a team of this application would copy. */
    readonly starter: Starter;
  };

export type AscaiSiteOptions = {
  /** The folder of the bundles. */
  readonly dist: string;
  /** What the host has beside the databases and the web server: lines of a Dockerfile. */
  readonly layer?: string;
  readonly say: (line: string) => void;
};

/** The application's own description, for a host and an address of the lab. */
const yaml = (ssh: string, hostKey: string, url: string): string =>
  readFileSync(join(source, 'landfall.yml'), 'utf8')
    .replace(/^hosts:.*$/m, `hosts: { ssh: ${ssh}, key: ${hostKey} }`)
    .replace(/^url:.*$/m, `url: ${url}`);

/** Prepares all of it on a host of its own. */
export const prepareAscaiSite = async ({ dist, layer, say }: AscaiSiteOptions): Promise<AscaiSite> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const dir = mkdtempSync(join(tmpdir(), 'landfall-ascai-'));
  const host = await startHost({
    image: 'services',
    memory: '1g',
    wheels,
    say,
    ...(layer === undefined ? {} : { layer }),
  });
  try {
    const password = randomBytes(12).toString('hex');
    const authority = await setUpEmpty(host, password);
    const trusted = join(dir, 'authority.pem');
    writeFileSync(trusted, authority);
    const url = `https://localhost:${host.tlsPort}`;
    const client = ascaiAt(url, authority);
    let description = yaml(host.ssh, host.hostKey, url);
    const repository = makeRepository(join(dir, 'checkout'), { source, change: { 'landfall.yml': description } });
    const base = `${path}-landfall`;
    const runner = { NODE_EXTRA_CA_CERTS: trusted };
    let commits = 0;
    const site = siteOn({
      dist,
      dir,
      host,
      repository,
      base,
      url,
      env: {
        ...environment(password),
        ALLOWED_HOSTS: [...names, 'localhost'].join(','),
        SECURE_SSL_REDIRECT: 'True',
        ASCAI_WORKERS: '2',
      },
      runner,
      manager: () => 'supervisor',
      manage: () => {
        throw new Error('this application stays under supervisor');
      },
      commit: (subject) => {
        commits += 1;
        repository.commit(subject, { 'static/ascai.css': `/* change ${commits} */\nbody { margin: 2rem; }\n` });
      },
      serving: async () => {
        const answer = await client.get('/version').catch(() => undefined);
        return answer?.status === 200 ? answer.text : undefined;
      },
    });
    const starter = await startStarter({
      system: 'ascai',
      site,
      addresses: [
        ['ascai@ascai.it', host.ssh],
        [/ssh-ed25519 [\w+/]+/g, host.hostKey],
        ['url: https://ascai.it', `url: ${url}`],
      ],
      dist,
      dir,
      env: runner,
      say,
    });
    return {
      ...site,
      ...client,
      authority,
      describe: (changed) => {
        description = changed(description);
        repository.commit('Describe it anew', { 'landfall.yml': description });
      },
      starter,
      running: async () => {
        // it exits with 3 where one does not run: that is for the caller to see
        const said = await host.exec(`supervisorctl -c ${base}/.landfall/run/supervisord.conf status || :`, 'deploy');
        return new Map(
          [...said.matchAll(/^(\S+) +RUNNING +pid (\d+),/gm)].map(([, name = '', pid]) => [name, Number(pid)]),
        );
      },
      end: async () => {
        await starter.end();
        await site.end();
      },
    };
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};
