import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference } from '../lab/difference.ts';
import { gapWhile, type Deployed, type HandMade, type Turns } from './hand-made.ts';
import { demand, type Play } from './play.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

export const lastLines = ({ log }: Deployed): string => log.slice(-25).join('\n');

export const problemsOf = ({ report }: Deployed) => report.fault?.problems ?? [];

/** Nothing of it is other than it was, and it runs from where it lies. */
const demandAsBefore = async (place: HandMade, tree: string, definitions: string): Promise<void> => {
  const differs = difference(tree.split('\n'), (await place.tree()).split('\n'));
  demand(differs.length === 0, () => differs.slice(0, 20).join('\n'));
  demand((await place.definitions()) === definitions, () => 'the files that say what runs it were changed');
  await demandRunsFrom(place, place.path);
};

/** Each of its services runs from this folder. */
const demandRunsFrom = async (place: HandMade, folder: string): Promise<void> => {
  const running = await place.running();
  demand(
    running.every((line) => line.endsWith(` ${folder}`)),
    () => `not in ${folder}: ${running.join('; ')}`,
  );
};

/** Each service was stopped once and started once, as by a restart: no time is measured, so a busy machine changes nothing. */
const demandTurnedOnce = (what: string, before: Turns, after: Turns): void => {
  const once = before.map((line) => {
    const [service, ...counts] = line.split(' ');
    return [service, ...counts.map((count) => Number(count) + 1)].join(' ');
  });
  demand(
    after.join() === once.join(),
    () => `${what} did not stop and start each service once: ${before.join(', ')}; then ${after.join(', ')}`,
  );
};

/** The line of a problem for root, as it is typed: a command, or lines for a file of sudoers. */
export const mend = async (place: Pick<HandMade, 'host'>, next: string): Promise<string> => {
  const [first = '', ...lines] = next.split('\n');
  const file = /visudo -f (\S+),/.exec(first)?.[1];
  if (file === undefined) return place.host.exec(first.slice(first.indexOf(': ') + 2));
  return place.host.exec(
    `cat >${file} <<'SUDO'\n${lines.join('\n')}\nSUDO\nchmod 440 ${file}; visudo -q -c -f ${file}`,
  );
};

/** @param unready what else is refused at first, and the change of landfall.yml that mends it */
export const refused = (unready?: {
  readonly says: RegExp;
  readonly change: (text: string) => string;
}): Play<HandMade> => ({
  name: 'what is missing is refused, all of it together and each with the line that mends it: sudo, the right to rename it',
  play: async (place) => {
    const [tree, definitions] = [await place.tree(), await place.definitions()];
    const end = await place.deploy();
    demand(end.report.result === 'refused', () => lastLines(end));
    const found = problemsOf(end);
    const of = (what: RegExp): string => {
      const one = found.find((problem) => what.test(problem.what));
      demand(one?.next !== undefined, () => `no problem says ${what.source}: ${lastLines(end)}`);
      return one?.next ?? '';
    };
    const sudo = of(/may not stop and start what runs from/);
    const rename = of(/may not rename/);
    if (unready !== undefined) of(unready.says);
    await demandAsBefore(place, tree, definitions);
    // nothing but these commands, and none of them with a pattern
    demand(
      sudo
        .split('\n')
        .slice(1)
        .every((line) =>
          /^deploy ALL=\(root\) NOPASSWD: \/usr\/bin\/(?:systemctl|supervisorctl) [^*?[\]]+$/.test(line),
        ),
      () => sudo,
    );
    await mend(place, sudo);
    await mend(place, rename);
    if (unready !== undefined) {
      const yml = readFileSync(join(place.repository.dir, 'landfall.yml'), 'utf8');
      place.repository.commit('Mend it', { 'landfall.yml': unready.change(yml) });
    }
    const ready = await place.deploy({ 'dry-run': 'true' });
    demand(ready.report.result === 'planned', () => lastLines(ready));
    await demandAsBefore(place, tree, definitions);
    return `${found.length} problems, ${sudo.split('\n').length - 1} lines of sudo`;
  },
});

export const dirty = (file: string): Play<HandMade> => ({
  name: 'files that are not as committed are shown and refused',
  play: async (place) => {
    const at = `${place.path}/${file}`;
    await place.host.exec(`cp -p ${at} /tmp/kept; echo '# mended in the night' >>${at}`, 'deploy');
    const end = await place.deploy();
    await place.host.exec(`cp -p /tmp/kept ${at}`, 'deploy');
    demand(end.report.result === 'refused', () => lastLines(end));
    const said = problemsOf(end).map(({ what }) => what);
    demand(said.length === 1 && said[0]?.endsWith(`not as committed: M ${file}`) === true, () => said.join('; '));
    return said.join();
  },
});

const restarts = new WeakMap<HandMade, number>();

/** Its gap is shown beside that of an adoption. What stops and starts is counted as there, which shows that it is counted right. */
export const restart: Play<HandMade> = {
  name: 'a person restarts it',
  play: async (place) => {
    const turns = await place.turns();
    const ms = await gapWhile(place, place.restart);
    demandTurnedOnce('a restart', turns, await place.turns());
    restarts.set(place, ms);
    return `nobody was answered for ${seconds(ms)}`;
  },
};

/** The gap of an adoption beside a restart's. A lab is never as busy twice, so both are shown, and neither is held against the other. */
const besideRestart = (place: HandMade, end: Deployed): string => {
  const { gap } = end.report;
  if (gap?.measured !== true) throw new Error('the gap was not measured');
  demand(end.outputs['downtime-ms'] === String(gap.ms), () => `downtime-ms is ${end.outputs['downtime-ms'] ?? ''}`);
  return `gap ${seconds(gap.ms)} (a restart: ${seconds(restarts.get(place) ?? 0)})`;
};

export const aborted: Play<HandMade> = {
  name: 'phase: abort gives it back exactly as it was, and runs it: one stop and one start each way; no file that says what runs it is touched',
  play: async (place) => {
    const [tree, definitions] = [await place.tree(), await place.definitions()];
    const turns = await place.turns();
    let adopted: Turns = [];
    const [deployed, abort] = await place.aborted(async () => {
      adopted = await place.turns();
    });
    demand(deployed.report.result === 'done', () => lastLines(deployed));
    demand(abort.report.result === 'done', () => lastLines(abort));
    demandTurnedOnce('the adoption', turns, adopted);
    demandTurnedOnce('the abort', adopted, await place.turns());
    await demandAsBefore(place, tree, definitions);
    const status = await place.status();
    demand(status !== undefined && status < 400, () => `it answers ${status ?? 'nothing'}`);
    const lines = tree.split('\n').length;
    return `${besideRestart(place, deployed)}; ${lines} lines of its tree compared`;
  },
};

export const rebooted: Play<HandMade> = {
  name: 'a reboot before anybody confirms gives it back exactly as it was, and runs it',
  play: async (place) => {
    const [tree, definitions] = [await place.tree(), await place.definitions()];
    let began = 0;
    await place.unconfirmed(async ({ report, log }) => {
      demand(report.result === 'done', () => log.slice(-25).join('\n'));
      await demandRunsFrom(place, `${place.base}/releases/${report.release ?? ''}`);
      await place.host.reboot();
      began = performance.now();
      await place.host.exec(
        `timeout 240 sh -c 'until grep -qE "^phase=(undone|held)" ${place.base}/.landfall/transaction; do sleep 0.5; done'`,
      );
    });
    const phase = (await place.host.exec(`grep ^phase= ${place.base}/.landfall/transaction`)).trim();
    demand(phase === 'phase=undone', () => phase);
    await demandAsBefore(place, tree, definitions);
    const status = await place.status();
    demand(status !== undefined && status < 400, () => `it answers ${status ?? 'nothing'}`);
    return `undone ${seconds(performance.now() - began)} after the boot`;
  },
};

export const kept: Play<HandMade> = {
  name: 'adopted and confirmed: one stop and one start, its checks pass, no file that says what runs it is touched',
  play: async (place) => {
    const [definitions, turns] = [await place.definitions(), await place.turns()];
    const end = await place.deploy();
    demand(end.report.result === 'done', () => lastLines(end));
    demandTurnedOnce('the adoption', turns, await place.turns());
    demand(end.report.checks.length > 0 && end.report.checks.every(({ ok }) => ok), () =>
      JSON.stringify(end.report.checks),
    );
    await demandRunsFrom(place, `${place.base}/releases/${end.report.release ?? ''}`);
    demand((await place.definitions()) === definitions, () => 'the files that say what runs it were changed');
    const link = (await place.host.exec(`readlink ${place.path}`)).trim();
    demand(link === `${place.base}/current`, () => `${place.path} leads to ${link}`);
    return `${besideRestart(place, end)}; ${end.report.checks.length} checks`;
  },
};

export const goesOn: Play<HandMade> = {
  name: 'deploys go on, a reboot changes nothing, and rollbacks lead back to what was adopted',
  play: async (place) => {
    // what root gave for the adoption is no longer needed
    await place.host.exec(
      `chmod g-w ${place.path.slice(0, place.path.lastIndexOf('/'))}; rm -f /etc/tmpfiles.d/00-landfall.conf`,
    );
    place.commit('Go on');
    const next = await place.deploy();
    demand(next.report.result === 'done', () => lastLines(next));
    const release = `${place.base}/releases/${next.report.release ?? ''}`;
    await demandRunsFrom(place, release);
    await place.host.reboot();
    for (let tries = 0; tries < 240 && ((await place.status()) ?? 500) >= 400; tries += 1)
      await place.host.exec('sleep 0.5');
    await demandRunsFrom(place, release);
    const back = await place.rollBack();
    demand(back.report.result === 'done', () => lastLines(back));
    const first = await place.rollBack();
    demand(first.report.result === 'done', () => lastLines(first));
    demand(first.report.release?.startsWith('adopted-') === true, () => `back to ${first.report.release ?? ''}`);
    await demandRunsFrom(place, `${place.base}/releases/${first.report.release ?? ''}`);
    return `${next.report.release ?? ''}, then back to ${first.report.release ?? ''}`;
  },
};
