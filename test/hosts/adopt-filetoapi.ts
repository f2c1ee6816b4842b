import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { aborted, dirty, goesOn, kept, rebooted, refused, restart } from './adopt-plays.ts';
import { ask } from './ascai-client.ts';
import { install, path } from './filetoapi-machine.ts';
import { changed, outlives, unseen, written, type FileToApi } from './filetoapi-plays.ts';
import { userOf } from './filetoapi-user.ts';
import { asUnits, handMadeLayer, handMadeOn, siteByHand, sourceOf } from './hand-made.ts';
import { demand, playIn } from './play.ts';

const source = sourceOf('filetoapi');

/**
 * Has SQLite write what is in -wal into the file. Whoever closes it last does so, and of two that close it at once
 * neither is the last: until then, the same rows may lie in either.
 */
const emptyWal = async (host: DebianHost): Promise<void> => {
  const busy = await host.exec(
    `cd ${path}; python3 -c "import sqlite3; print(sqlite3.connect('db.sqlite3', timeout=20).execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()[0])"`,
    'deploy',
  );
  demand(busy.trim() === '0', () => `SQLite cannot empty -wal: ${busy}`);
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
    const site = siteByHand({ dist, dir, host, repository, path, url, css: 'static/filetoapi.css' });
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
        await emptyWal(host);
        return `${await made.tree()}${await host.exec(`cd ${path}; stat -c '%n %F %A %U:%G' db.sqlite3*`)}`;
      },
    };
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};

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
