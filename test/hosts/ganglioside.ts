import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { startsBehind } from './boot.ts';
import { demandServes, done, seconds } from './ganglioside-demands.ts';
import { flow, front } from './ganglioside-front.ts';
import { ask } from './ganglioside-person.ts';
import { prepareGanglioside, services, type Ganglioside } from './ganglioside-site.ts';
import { starter } from './ganglioside-starter.ts';
import { dies, drained, hangs } from './ganglioside-switches.ts';
import { visited } from './ganglioside-visit.ts';
import { demand, playIn, type Play } from './play.ts';
import { reloadsOf } from './set-up-units.ts';

const own: Play<Ganglioside> = {
  name: 'its own tests pass, in the release and on this host’s PostgreSQL',
  play: async ({ host, base }) => {
    const test = `cd ${base}/current && PYTHONDONTWRITEBYTECODE=1 .venv/bin/python manage.py test --noinput 2>&1`;
    const said = await host.exec(test, 'deploy');
    const [, count = '0'] = /^Ran (\d+) tests? in /m.exec(said) ?? [];
    demand(Number(count) > 0 && /^OK$/m.test(said), () => said);
    return `${count} tests`;
  },
};

const units: Play<Ganglioside> = {
  name: 'G4: 30 s after the switch the four units are active on the new release; a changed unit file of the repository costs one reload, and a rollback brings the old one back',
  play: async (site) => {
    const release = await site.live();
    const ages = async (): Promise<readonly number[]> => {
      const now = Number(await site.host.exec('date +%s'));
      return (await site.ofUnits('ActiveEnterTimestamp')).map((since) => now - Number(since.slice(1)));
    };
    while (Math.min(...(await ages())) < 30) await sleep(1000);
    const wrong = await site.wrong(release);
    demand(wrong.length === 0, () => wrong.join('; '));
    const restarts = await site.ofUnits('NRestarts');
    demand(restarts.join() === services.map(() => '0').join(), () => `they were started again: ${restarts.join()}`);

    const files = (): Promise<string> => site.host.exec('cd /etc/systemd/system; head -n -0 landfall-*.service');
    const [reloads, texts, old] = [await reloadsOf(site.host), await site.ofUnits('TimeoutStopUSec'), await files()];
    const unit = 'deployment/systemd/ganglioside-daphne.service';
    site.change(unit, 'TimeoutStopSec=10', 'TimeoutStopSec=20');
    const end = await site.start('Let daphne drain longer').ended;
    const changed = done(end);
    const note = `daphne is as ${unit} says: daphne -b 127.0.0.1 -p 8001 config.asgi:application, drain 20 s, boot 3 min`;
    demand(
      end.log.some((line) => line.includes(note)),
      () => `the plan does not say: ${note}`,
    );
    await demandServes(site, changed);
    const later = await site.ofUnits('TimeoutStopUSec');
    demand(later.includes('20s') && !texts.includes('20s'), () => `stops of the units: ${later.join()}`);
    const cost = (await reloadsOf(site.host)) - reloads;
    demand(cost === 1, () => `a changed unit cost ${cost} reloads`);
    done(await site.rollBack());
    await demandServes(site, release);
    const back = await site.ofUnits('TimeoutStopUSec');
    demand(back.join() === texts.join(), () => `stops of the units: ${back.join()}, not ${texts.join()}`);
    const found = await files();
    demand(found === old, () => `the units are ${found}, and were ${old}`);
    return `${release}, active for ${(await ages()).join(', ')} s`;
  },
};

const reboot: Play<Ganglioside> = {
  name: 'G10: after a reboot the runtime folder, four units, /health, the release and the journal are there, and nginx began behind them',
  play: async (site) => {
    const { host, base } = site;
    const live = await site.live();
    const journal = await host.exec(`cat ${base}/.landfall/journal.jsonl`);
    await host.exec('touch /run/ganglioside/before');
    await host.shutDown();
    const began = performance.now();
    await startsBehind(site, live);
    await demandServes(site, live);
    const after = seconds(performance.now() - began);
    const { status, body } = await ask(site, '/health');
    demand(status === 200 && body === '{"status": "ok"}', () => `/health: ${status} ${body}`);
    const folder = (await host.exec('cd /run/ganglioside; stat -c "%U %a" .; ls')).trim().split('\n').join(' ');
    demand(folder === 'deploy 755 beat.pid worker.pid', () => `the runtime folder: ${folder}`);
    const now = await host.exec(`cat ${base}/.landfall/journal.jsonl`);
    demand(now.startsWith(journal), () => 'the journal has lost lines');
    const torn = now
      .trimEnd()
      .split('\n')
      .filter((line) => !/^\{.*\}$/.test(line));
    demand(torn.length === 0, () => `lines of the journal: ${torn.join('; ')}`);
    // and the next action finds it so
    const smoke = await site.check('{ get: /health, json: { status: ok } }');
    const { result, release } = smoke.report;
    demand(result === 'done' && release === live, () => smoke.log.slice(-15).join('\n'));
    return `${live} serves ${after} after the boot`;
  },
};

/** Ganglioside, its services units of the system: what its people count on, asked of the real application. */
export const ganglioside = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'ganglioside',
      show,
      prepare: () => prepareGanglioside(dist, show),
      about: ({ host, base }) =>
        host.exec(
          `cd ${base}; su deploy -c "sh .landfall/status"; tail -n 15 shared/logs/*.log .landfall/watch.log; tail -n 3 /var/log/nginx/error.log`,
        ),
    },
    [flow, visited, front, hangs, dies, drained, own, units, starter, reboot],
  );
