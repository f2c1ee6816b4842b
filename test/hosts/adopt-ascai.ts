import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeRepository } from '../apps/spine/repository.ts';
import { startHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { aborted, dirty, goesOn, kept, rebooted, refused, restart } from './adopt-plays.ts';
import { dotenv, setUp } from './ascai-host.ts';
import { ask } from './ascai-client.ts';
import { path } from './ascai-machine.ts';
import { handMadeLayer, handMadeOn, siteByHand, sourceOf, type HandMade } from './hand-made.ts';
import { playIn } from './play.ts';

const source = sourceOf('ascai');

const programs = ['ascai_gunicorn', 'ascai_daphne', 'ascai_celery', 'ascai_celery_beat'];

/** Its description, for a host that was installed by hand: the programs write logs where they always have. */
const adopting = (ssh: string, hostKey: string, url: string): string =>
  readFileSync(join(source, 'landfall.yml'), 'utf8')
    .replace(/^hosts:.*$/m, `hosts: { ssh: ${ssh}, key: ${hostKey} }`)
    .replace(/^url:.*$/m, `url: ${url}\nadopt: true\npython: { venv: venv }`)
    .replace(/^shared:.*$/m, 'shared: [media, logs]')
    .replace(/^smoke:[^]*$/m, 'smoke:\n  - { get: /health/, json: { status: healthy }, within: 60s }\n  - { get: /, contains: soci }\n  - { websocket: /ws/live/, contains: release }\n'); // prettier-ignore

const prepare = async (dist: string, say: (line: string) => void): Promise<HandMade> => {
  const wheels = await ensureWheels(readFileSync(join(source, 'requirements.txt'), 'utf8'), say);
  const host = await startHost({
    image: 'services',
    memory: '1g',
    linger: true,
    wheels,
    say,
    layer: handMadeLayer,
  });
  const dir = mkdtempSync(join(tmpdir(), 'landfall-by-hand-'));
  try {
    const url = `http://127.0.0.1:${host.webPort}`;
    const repository = makeRepository(join(dir, 'checkout'), {
      source,
      change: { 'landfall.yml': adopting(host.ssh, host.hostKey, url) },
    });
    await host.copy(repository.dir, path);
    const password = randomBytes(12).toString('hex');
    await host.exec(`umask 077; cat >${path}/.env <<'ENV'\n${dotenv(password, { ASCAI_WORKERS: '2' })}ENV`, 'deploy');
    await host.exec(setUp(password));
    await host.exec(`cd ${path}; venv/bin/python -m compileall -q association config`, 'deploy');
    await host.exec('supervisorctl reread >/dev/null; supervisorctl update >/dev/null');
    const site = siteByHand({ dist, dir, host, repository, path, url, css: 'static/ascai.css' });
    return await handMadeOn({
      site,
      path,
      services: programs,
      definitions: '/etc/supervisor',
      writes: ['./logs/*', './celerybeat-schedule*'],
      // beat's own file
      restless: true,
      restart: `supervisorctl restart ${programs.join(' ')}`,
      pid: 'supervisorctl pid "$1"',
      turns: `log=/var/log/supervisor/supervisord.log; grep -cE " (stopped|exited): $1 " $log; grep -c " spawned: '$1' " $log`,
      request: (address) =>
        ask(address).then(
          ({ status }) => status,
          () => undefined,
        ),
    });
  } catch (thrown) {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
    throw thrown;
  }
};

/** ASCAI, installed by hand as programs of root's supervisord: adopted, given back, and kept. */
export const adoptAscai = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'adopt-ascai',
      show,
      prepare: () => prepare(dist, show),
      about: ({ host, base }) =>
        host.exec(
          `supervisorctl status; su deploy -c "sh ${base}/.landfall/status"; tail -n 30 ${base}/.landfall/watch.log; tail -n 15 ${path}/logs/*.log; journalctl --no-pager --lines=20 --identifier=sudo`,
        ),
    },
    [refused(), dirty('association/views.py'), restart, aborted, rebooted, kept, goesOn],
  );
