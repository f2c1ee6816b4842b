import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import { startHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { aborted, dirty, goesOn, kept, lastLines, problemsOf, rebooted, refused, restart } from './adopt-plays.ts';
import { ask } from './ascai-client.ts';
import { install, path } from './filetoapi-machine.ts';
import { userOf, type User } from './filetoapi-user.ts';
import { asUnits, handMadeLayer, handMadeOn, sourceOf, type HandMade } from './hand-made.ts';
import { demand, playIn, type Play } from './play.ts';
import { siteOn } from './site-on.ts';

const source = sourceOf('filetoapi');

type FileToApi = HandMade & {
  /** Has a key since before the first deploy. */
  readonly user: User;
};

const prepare = async (dist: string, say: (line: string) => void): Promise<FileToApi> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const host = await startHost({ image: 'services', memory: '1g', linger: true, wheels, say, layer: handMadeLayer });
  const dir = mkdtempSync(join(tmpdir(), 'landfall-by-hand-'));
  try {
    const url = `http://127.0.0.1:${host.webPort}`;
    const landfall = readFileSync(join(source, 'landfall.yml'), 'utf8')
      .replace(/^hosts:\n.*\n.*$/m, `hosts: { ssh: ${host.ssh}, key: ${host.hostKey} }`)
      .replace(/^url:.*$/m, `url: ${url}`);
    const repository = makeRepository(join(dir, 'checkout'), { source, change: { 'landfall.yml': landfall } });
    await host.exec('mkdir -p /var/www');
    await host.copy(repository.dir, path);
    await host.exec(install);
    const key = (await host.exec(`cd ${path}; venv/bin/python manage.py create_key lab`, 'deploy')).trim();
    let commits = 0;
    const site = siteOn({
      dist,
      dir,
      host,
      repository,
      base: `${path}-landfall`,
      url,
      env: {},
      manager: () => 'adopted',
      manage: () => {
        throw new Error('its unit runs it');
      },
      commit: (subject) => {
        commits += 1;
        repository.commit(subject, { 'static/filetoapi.css': `/* change ${commits} */\nbody { margin: 2rem; }\n` });
      },
      serving: () => Promise.resolve(undefined),
    });
    const made = await handMadeOn({
      site,
      path,
      services: ['filetoapi'],
      definitions: '/etc/systemd/system/filetoapi*',
      writes: ['./logs/*', './db.sqlite3-*'],
      // SQLite's -wal and -shm
      restless: true,
      restart: 'systemctl restart filetoapi',
      ...asUnits,
      request: (address) =>
        ask(address).then(
          ({ status }) => status,
          () => undefined,
        ),
    });
    const user = userOf(url, key);
    await user.upload('first.csv');
    return {
      ...made,
      user,
      // of -wal and -shm, which SQLite makes anew for whoever asks first: that they lie there, and whose they are
      tree: async () => {
        const status = await made.status();
        demand(status === 200, () => `it answers ${status ?? 'nothing'}`);
        return `${await made.tree()}${await host.exec(`cd ${path}; stat -c '%n %F %A %U:%G' db.sqlite3*`)}`;
      },
    };
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};

/** The key is still one, and all that was ever uploaded answers with its rows, and lies where uploads do. */
const demandWritten = async ({ user, host }: FileToApi): Promise<string> => {
  for (const { name, text } of await user.all()) {
    const lies = await host.exec(`cat ${path}/media/uploads/${name}`);
    demand(lies === text, () => `${name} is now: ${lies}`);
  }
  return `${(await user.all()).map(({ name }) => name).join(', ')} by the key of before`;
};

/**
 * A worker that hangs keeps SQLite's file open, and is killed in the end: nobody writes -wal into the file, so what was uploaded last is
 * in -wal alone. Demands that it is.
 */
const hang = async ({ host, user }: FileToApi, db: string): Promise<void> => {
  await host.exec(`set -e
    for one in $(cat /sys/fs/cgroup/system.slice/filetoapi.service/cgroup.procs); do
      if ls -l /proc/$one/fd | grep -q 'db.sqlite3-wal$'; then worker=$one; fi
    done
    kill -STOP "$worker"`);
  const { id } = await user.upload(`hangs-${db.length}.csv`);
  const tables = await host.exec(
    `cp ${db} /tmp/alone; python3 -c "import sqlite3; print([name for (name,) in sqlite3.connect('/tmp/alone').execute('SELECT name FROM sqlite_master')])"`,
  );
  demand(!tables.includes(`dataset_${id}'`), () => `dataset ${id} is in the file already: ${tables}`);
};

/** What SQLite has, and the uploads, lie here, as themselves and not as links. */
const demandLies = async ({ host }: FileToApi, folder: string): Promise<void> => {
  const kinds = await host.exec(
    `cd ${folder}; find db.sqlite3 db.sqlite3-wal db.sqlite3-shm media -maxdepth 0 -printf %y`,
  );
  demand(kinds === 'fffd', () => `in ${folder}: ${kinds}`);
};

const written: Play<FileToApi> = {
  name: 'what is uploaded before and during an adoption that is aborted is there afterwards, also what only -wal had',
  play: async (place) => {
    await place.user.upload('before.csv');
    await hang(place, `${path}/db.sqlite3`);
    const [deployed, abort] = await place.aborted(async () => {
      await demandLies(place, `${place.base}/shared`);
      await demandWritten(place);
      await place.user.upload('during.csv');
      await hang(place, `${place.base}/shared/db.sqlite3`);
    });
    for (const { report, log } of [deployed, abort]) demand(report.result === 'done', () => log.slice(-25).join('\n'));
    await demandLies(place, path);
    const came = await demandWritten(place);
    // what is in -wal goes to the file, which stays as it is from then on
    await place.restart();
    return came;
  },
};

/** A drop-in of a person's, while something is done. */
const withDropIn = async ({ host }: FileToApi, line: string, then: () => Promise<void>): Promise<void> => {
  const folder = '/etc/systemd/system/filetoapi.service.d';
  await host.exec(`mkdir ${folder}; printf '[Service]\\n${line}\\n' >${folder}/own.conf; systemctl daemon-reload`);
  await then();
  await host.exec(`rm -r ${folder}; systemctl daemon-reload`);
};

const unseen: Play<FileToApi> = {
  name: 'a unit of another group, whose processes the deploy user may not look at, is refused in words',
  play: async (place) => {
    let said: readonly string[] = [];
    await withDropIn(place, 'Group=www-data', async () => {
      await place.restart();
      const end = await place.deploy();
      demand(end.report.result === 'refused', () => lastLines(end));
      said = problemsOf(end).map(({ what }) => what);
    });
    await place.restart();
    demand(said.length === 1 && /filetoapi\.service runs with the group www-data/.test(said[0] ?? ''), () =>
      said.join('; '),
    );
    return said.join();
  },
};

const changed: Play<FileToApi> = {
  name: 'a unit that may take longer to stop since, and a line of sudo that is gone, are refused before anything is uploaded',
  play: async (place) => {
    const { host, base } = place;
    const sudoers = '/etc/sudoers.d/landfall-file-to-api';
    const releases = await host.exec(`ls ${base}/releases ${base}/staging`);
    let said: readonly string[] = [];
    await host.exec(
      `grep -v ' stop ' ${sudoers} >/root/fewer; cp -p ${sudoers} /root/all; cat /root/fewer >${sudoers}`,
    );
    await withDropIn(place, 'TimeoutStopSec=5min', async () => {
      place.commit('Change what it looks like');
      const end = await place.deploy();
      demand(end.report.result === 'refused', () => lastLines(end));
      said = problemsOf(end).map(({ what, next }) => `${what}: ${next ?? ''}`);
    });
    await host.exec(`cat /root/all >${sudoers}`);
    demand(said.length === 2, () => said.join('\n'));
    demand(
      /deploy ALL=\(root\) NOPASSWD: \/usr\/bin\/systemctl stop filetoapi\.service$/.test(said[0] ?? ''),
      () => said[0] ?? '',
    );
    demand(/may take 300 s to stop, and filetoapi has 90 s/.test(said[1] ?? ''), () => said[1] ?? '');
    demand((await host.exec(`ls ${base}/releases ${base}/staging`)) === releases, () => 'something was uploaded');
    return said.map((one) => one.replaceAll('\n', ' ')).join('; ');
  },
};

const outlives = (name: string): Play<FileToApi> => ({
  name,
  play: async (place) => {
    await demandLies(place, `${place.base}/shared`);
    await place.user.upload(`after-${(await place.user.all()).length}.csv`);
    return demandWritten(place);
  },
});

/** File-to-API, installed by hand as one unit on a unix socket, with SQLite in its checkout: adopted, given back, and kept. */
export const adoptFiletoapi = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'adopt-filetoapi',
      show,
      prepare: () => prepare(dist, show),
      about: ({ host, base }) =>
        host.exec(
          `systemctl --no-pager status filetoapi | tail -n 30; ls -la ${path}/ /run/filetoapi; su deploy -c "sh ${base}/.landfall/status"; tail -n 30 ${base}/.landfall/watch.log; journalctl --no-pager --lines=20 --identifier=sudo`,
        ),
    },
    [
      refused(),
      unseen,
      dirty('datasets/views.py'),
      restart,
      aborted,
      written,
      rebooted,
      kept,
      outlives('its database with -wal and -shm, and its uploads, lie in shared; keys and rows are what they were'),
      changed,
      goesOn,
      outlives('and are there for the release that was adopted, too'),
    ],
  );
