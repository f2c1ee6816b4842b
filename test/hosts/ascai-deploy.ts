import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '#plan';
import { linesOf, type Line } from '../proof/race-journal.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { StepEnd } from '../runner/index.ts';
import { within } from './ascai-client.ts';
import { prepareAscaiSite, type AscaiSite } from './ascai-site.ts';
import { pushed, rolledBack } from './ascai-starter.ts';
import { translations } from './ascai-translations.ts';
import { a10, outlives, sockets } from './ascai-web.ts';
import { everywhere } from './ascai.ts';
import { holdOpen, leaveOpen, leaveSwitching } from './leave.ts';
import { demand, demandWhole, playIn, type Play } from './play.ts';
import { sudoLayer } from './set-up-units.ts';
import { undoneBy } from './spine.ts';

const programs = ['ascai_celery', 'ascai_celery_beat', 'ascai_daphne', 'ascai_gunicorn'];

const releaseOf = (end: StepEnd): string => end.outputs['release'] ?? '';

const reportOf = (end: StepEnd | undefined): Report =>
  JSON.parse(readFileSync(end?.outputs['report'] ?? '', 'utf8')) as Report;

const journal = async ({ host, base }: AscaiSite): Promise<readonly Line[]> =>
  linesOf(await host.exec(`cat ${base}/.landfall/journal.jsonl`, 'deploy'));

/** Waits until so many seconds have passed since the newest switch, by the host's own clock, which containers share with this machine. */
const sinceSwitch = async (site: AscaiSite, seconds: number): Promise<void> => {
  const switched = (await journal(site)).findLast(({ e }) => e === 'switched')?.up ?? 0;
  const now = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  await sleep(Math.max(0, switched + seconds - now) * 1000);
};

/** One scheduler there is: the one that supervisor minds; by the ticks of the last ten seconds, and by the host's processes. */
const demandOneBeat = async (site: AscaiSite): Promise<void> => {
  const main = (await site.running()).get('ascai_celery_beat');
  await within(120_000, async () => {
    const { pids } = await site.scheduler();
    return pids.length === 1 && pids[0] === main ? true : undefined;
  });
  const beats = (await site.host.exec("pgrep -f '[c]elery .*beat ' || :")).trim().split('\n');
  demand(beats.length === 1 && Number(beats[0]) === main, () => `schedulers: ${beats.join(', ')}, not ${main ?? 0}`);
};

const a2: Play<AscaiSite> = {
  name: 'A2: 30 s after the switch gunicorn, daphne, worker and beat report the new release id, all four programs RUNNING with new pids, exactly one beat',
  play: async (site) => {
    const before = await site.running();
    const end = await site.deployed('Change');
    await sinceSwitch(site, 30);
    const line = await everywhere(site, releaseOf(end));
    const after = await site.running();
    demand(
      [...after.keys()].sort().join() === programs.join() &&
        programs.every((name) => after.get(name) !== before.get(name)),
      () => `running before: ${JSON.stringify([...before])}, after: ${JSON.stringify([...after])}`,
    );
    await demandOneBeat(site);
    return `${line}; gap ${end.outputs['downtime-ms'] ?? ''} ms, ${end.ms} ms in all`;
  },
};

const smoke = async (site: AscaiSite): Promise<StepEnd | undefined> => {
  const job = site.job();
  const end = await job.uses('smoke-test', { inputs: site.access });
  await job.finish();
  return end;
};

const o7: Play<AscaiSite> = {
  name: 'O7: current, journal, gunicorn, worker and scheduler agree on the id; a reload that kept the old directory is caught',
  play: async (site) => {
    const { host, base } = site;
    await sinceSwitch(site, 30);
    const { current } = await site.state();
    const confirmed = (await journal(site)).findLast(({ e }) => e === 'confirmed')?.release;
    demand(confirmed === current, () => `the journal ends with ${confirmed ?? 'nothing'}, current is ${current}`);
    const line = await everywhere(site, current);
    // as deploys by hand do: the link moves, and gunicorn is told to reload
    const before = (await host.exec(`sed -n s/^previous=//p ${base}/.landfall/transaction`)).trim();
    const reload = `supervisorctl -c ${base}/.landfall/run/supervisord.conf signal HUP ascai_gunicorn`;
    await host.exec(`ln -sfn releases/${before} ${base}/current && ${reload}`, 'deploy');
    const caught = await smoke(site);
    await host.exec(`ln -sfn releases/${current} ${base}/current`, 'deploy');
    const said = `ascai_gunicorn: process \\d+ runs ${current}`;
    demand(
      caught?.exit === 1 && caught.log.some((text) => new RegExp(said).test(text)),
      () => `nobody says '${said}': ${caught?.log.slice(-15).join('\n') ?? ''}`,
    );
    const well = await smoke(site);
    demand(well?.outputs['result'] === 'done', () => well?.log.slice(-15).join('\n') ?? 'no smoke test');
    return `${line}; the smoke test names gunicorn, whose workers stayed in ${current}`;
  },
};

/** What gunicorn itself answers about its health: to nginx's question, without https, and by a name that is not its own. */
const inside = `python3 - <<'PYTHON'
import http.client
for headers in ({"Host": "ascai.it", "X-Forwarded-Proto": "https"}, {"Host": "ascai.it"}, {"X-Forwarded-Proto": "https"}):
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=20)
    connection.request("GET", "/health/", headers=headers)
    answer = connection.getresponse()
    print(answer.status, answer.read().decode() if answer.status == 200 else "")
PYTHON`;

const a3: Play<AscaiSite> = {
  name: 'A3: inside health with Host ascai.it and X-Forwarded-Proto https: 200, both checks ok; with Redis stopped 503: the old release is back and serves',
  play: async (site) => {
    const { host } = site;
    const live = (await site.state()).current;
    const answers = (await host.exec(inside))
      .trim()
      .split('\n')
      .map((line) => line.trim());
    const both = `200 {"status": "healthy", "checks": {"database": "ok", "redis": "ok"}, "release": "${live}"}`;
    demand(answers.join('\n') === `${both}\n301\n400`, () => answers.join('\n'));
    await host.exec('systemctl stop redis-server');
    // nobody waits for it to become right
    site.describe((text) => text.replace('within: 60s', 'within: 45s'));
    const job = site.job();
    const end = await job.uses('deploy-over-ssh', site.deploy());
    await job.finish();
    site.describe((text) => text.replace('within: 45s', 'within: 60s'));
    demand(
      end?.outputs['result'] === 'undone' && end.exit === 1,
      () => `it is not undone: ${end?.log.slice(-25).join('\n') ?? ''}`,
    );
    const { checks } = reportOf(end);
    const found = checks.find(({ says }) => says === 'inside health')?.found ?? '';
    demand(found.includes('found 503') && found.includes('error: ConnectionError'), () => JSON.stringify(checks));
    await demandWhole(site, live);
    await host.exec('systemctl start redis-server');
    const line = await everywhere(site, live);
    await demandOneBeat(site);
    return `${found}; then ${line}, ${end?.ms ?? 0} ms in all`;
  },
};

const a5: Play<AscaiSite> = {
  name: 'A5: a 25 s Celery task begun before the switch runs once and stores its result',
  play: async (site) => {
    const live = (await site.state()).current;
    site.commit('Let it finish');
    // the switch is to come while the task runs: what takes long comes before both
    await using hold = await holdOpen(site);
    const job = site.job({ show: hold.show });
    const step = job.start('deploy-over-ssh', site.deploy(hold.way));
    await Promise.race([hold.open, step.ended]);
    const id = await site.begin(25);
    await within(120_000, async () => ((await site.task(id)).state === 'STARTED' ? true : undefined));
    hold.goOn();
    // one log for all releases
    const path = `${site.base}/shared/logs/ascai_celery.log`;
    await site.reached('switching');
    const over = await site.host.exec(`grep -c 'release\\[${id}\\] succeeded' ${path} || :`, 'deploy');
    demand(over.trim() === '0', () => 'the task was over before the switch');
    const end = await step.ended;
    await job.finish();
    demand(end.outputs['result'] === 'done', () => `the deploy is not done: ${end.log.slice(-15).join('\n')}`);
    const { state, result } = await site.task(id);
    demand(state === 'SUCCESS' && result?.release === live, () => `it is ${state}: ${JSON.stringify(result)}`);
    const log = await site.host.exec(`cat ${path}`, 'deploy');
    const lines = log.split('\n').filter((line) => line.includes(`association.tasks.release[${id}]`));
    const count = (word: string): number => lines.filter((line) => line.includes(`] ${word}`)).length;
    demand(count('received') === 1 && count('succeeded') === 1, () => lines.join('\n'));
    await everywhere(site, releaseOf(end));
    return `its result is of ${live}; gap ${end.outputs['downtime-ms'] ?? ''} ms, ${end.ms} ms in all`;
  },
};

const killedSwitching: Play<AscaiSite> = {
  name: 'A6/code: the runner killed in the switch: within the confirm time the host is on the old release by itself',
  play: async (site) => {
    const live = (await site.state()).current;
    site.commit('Be killed in the switch');
    await leaveSwitching(site, 15, '5s', 'ASCAI_BOOT_DELAY');
    const line = await undoneBy(site, live);
    // by the host's own clock: 5 s to confirm, and what an undo takes
    const lines = await journal(site);
    const upOf = (event: string): number => lines.findLast(({ e }) => e === event)?.up ?? Number.NaN;
    const waited = upOf('undone') - upOf('switched');
    demand(waited < 180, () => `undone ${waited} s after the switch, with 5 s to confirm`);
    await everywhere(site, live);
    await demandOneBeat(site);
    return `${line}, ${waited} s after the switch`;
  },
};

/** The last one: the transaction stays open. */
const killedOpen: Play<AscaiSite> = {
  name: 'A6/code: the runner killed between the opening and the switch: the old release was never left',
  play: async (site) => {
    const live = (await site.state()).current;
    const before = await site.running();
    site.commit('Be killed before the switch');
    await leaveOpen(site);
    const line = await everywhere(site, live);
    const after = await site.running();
    demand(
      programs.every((name) => after.get(name) === before.get(name)),
      () => `running before: ${JSON.stringify([...before])}, after: ${JSON.stringify([...after])}`,
    );
    return line;
  },
};

/** ASCAI deployed by Landfall, from an empty host on: what its acceptance asks of a switch. */
export const ascaiDeploy = ({ show, dist }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'ascai-deploy',
      show,
      prepare: () => prepareAscaiSite({ dist, layer: sudoLayer, say: show }),
      about: ({ host, base }) =>
        host.exec(
          `cd ${base}; sh .landfall/status; tail -n 20 .landfall/watch.log .landfall/journal.jsonl .landfall/run/supervisord.log; tail -n 15 shared/logs/*.log; tail -n 5 /var/log/nginx/error.log; :`,
        ),
    },
    [pushed, a2, rolledBack, o7, a10, translations, a3, a5, outlives, killedSwitching, sockets, killedOpen],
  );
