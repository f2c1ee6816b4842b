import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines, problemsOf } from './adopt-plays.ts';
import { path, socket, socketBelow } from './filetoapi-machine.ts';
import type { User } from './filetoapi-user.ts';
import type { HandMade } from './hand-made.ts';
import { demand, type Play } from './play.ts';

export type FileToApi = HandMade & {
  /** Has a key since before the first deploy. */
  readonly user: User;
};

/** The key is still one, and all that was ever uploaded answers with its rows, and lies where uploads do. */
const demandWritten = async ({ user, host }: FileToApi): Promise<string> => {
  for (const { name, text } of await user.all()) {
    const lies = await host.exec(`cat ${path}/media/uploads/${name}`);
    demand(lies === text, () => `${name} is now: ${lies}`);
  }
  return `${(await user.all()).map(({ name }) => name).join(', ')} by the key of before`;
};

/** What is uploaded now is in -wal alone: nobody has written it into the file yet. Demands that it is so. */
const uploadToWal = async ({ host, user }: FileToApi, db: string, name: string): Promise<void> => {
  const { id } = await user.upload(name);
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

const restarted = async (place: FileToApi): Promise<void> => {
  await place.restart();
  for (let tries = 0; tries < 240 && (await place.status()) !== 200; tries += 1) await sleep(250);
};

/** A drop-in of a person's, while something is done, and a command of root's that goes with it. */
const withDropIn = async (
  place: FileToApi,
  line: string,
  then: () => Promise<void>,
  [before, after]: readonly [string, string] = ['true', 'true'],
): Promise<void> => {
  const folder = '/etc/systemd/system/filetoapi.service.d';
  await place.host.exec(
    `set -e; mkdir ${folder}; printf '[Service]\\n${line}\\n' >${folder}/own.conf; systemctl daemon-reload; ${before}`,
  );
  await restarted(place);
  await then();
  await place.host.exec(`set -e; rm -r ${folder}; systemctl daemon-reload; ${after}`);
  await restarted(place);
};

/** The socket lies in the checkout, as people have it too, and whoever is told to stop is killed, as one that hangs is in the end. */
const withSocketBelow = (place: FileToApi, then: () => Promise<void>): Promise<void> => {
  const lead = (from: string, to: string): string =>
    `sed -i 's|unix:${from};|unix:${to};|' /etc/nginx/sites-enabled/default; nginx -t -q; systemctl reload nginx`;
  const line = `KillSignal=SIGKILL\\nEnvironment=GUNICORN_CMD_ARGS=--bind=unix:${socketBelow}`;
  return withDropIn(place, line, then, [lead(socket, socketBelow), lead(socketBelow, socket)]);
};

export const written: Play<FileToApi> = {
  name: 'what is uploaded before and during an adoption that is aborted is there afterwards, also what only -wal had; over a socket in the checkout',
  play: async (place) => {
    // and a restart at its end: what is in -wal goes to the file, which stays as it is from then on
    await withSocketBelow(place, async () => {
      await uploadToWal(place, `${path}/db.sqlite3`, 'before.csv');
      const ends = await place.aborted(async () => {
        await demandWritten(place);
        await demandLies(place, `${place.base}/shared`);
        await uploadToWal(place, `${place.base}/shared/db.sqlite3`, 'during.csv');
      });
      for (const end of ends) demand(end.report.result === 'done', () => lastLines(end));
      await demandWritten(place);
      await demandLies(place, path);
    });
    return demandWritten(place);
  },
};

export const unseen: Play<FileToApi> = {
  name: 'a unit of another group, whose processes the deploy user may not look at, is refused in words',
  play: async (place) => {
    let said: readonly string[] = [];
    await withDropIn(place, 'Group=www-data', async () => {
      const end = await place.deploy();
      demand(end.report.result === 'refused', () => lastLines(end));
      said = problemsOf(end).map(({ what }) => what);
    });
    demand(said.length === 1 && /filetoapi\.service runs with the group www-data/.test(said[0] ?? ''), () =>
      said.join('; '),
    );
    return said.join();
  },
};

export const changed: Play<FileToApi> = {
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

export const outlives = (name: string): Play<FileToApi> => ({
  name,
  play: async (place) => {
    await demandWritten(place);
    await demandLies(place, `${place.base}/shared`);
    await place.user.upload(`after-${(await place.user.all()).length}.csv`);
    return demandWritten(place);
  },
});
