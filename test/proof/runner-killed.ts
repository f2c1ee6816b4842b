import { age, calm, fact, liveOf, mutexFree, wrongWith } from './host-state.ts';
import { makeLane, type Lane } from './lane.ts';
import { moments, type Moment } from './moments.ts';
import type { Place } from './trap.ts';
import { tally, type ProofEnd, type ProofOptions } from './tally.ts';

/** A program may end before the kill comes: then its moment is tried again, so often. */
const tries = 12;

/** Where the first attempt of a run is killed that is to be taken up. */
const switched: Place = { program: 'look', nth: 2, when: 'arrives' };

const play = async (lane: Lane, { flow, place, within, serves, migrates }: Moment, odd: boolean): Promise<string> => {
  const { at, stage } = lane;
  for (let attempt = 1; ; attempt++) {
    await lane.ready(flow, migrates);
    const before = liveOf(at);
    const number = fact(at, 'number');
    const first = flow === 'resumed deploy' ? await lane.killed('second deploy', switched, '20s') : undefined;
    const { sprung, run, end } = await lane.killed(flow, place(at), within, first && { ...first.run, attempt: 2 });
    await calm(at);
    if (!sprung) {
      if (attempt === tries) throw new Error(`was not reached: ${end.log.slice(-8).join(' / ')}`);
      continue;
    }
    const ended = fact(at, 'phase');
    const closed = `t${fact(at, 'number')} ${ended || 'none'}`;
    if (ended === 'open') {
      if (!mutexFree(at)) throw new Error('a dead run holds the mutex');
      // the same run again takes up its own; another one waits a minute for a sign of life
      if (!odd) age(at);
      await lane.whole(flow, odd ? { ...run, attempt: 2 } : undefined);
      await calm(at);
    } else {
      const own = liveOf(at) !== before;
      if (own ? serves === 'before' : serves === 'own')
        throw new Error(`${liveOf(at) || 'nothing'} serves (${closed})`);
      if (own && number === fact(at, 'number')) throw new Error('something else serves, and no transaction was opened');
    }
    const wrong = await wrongWith(at, stage.serving);
    if (wrong.length > 0) throw new Error(`${wrong.join('; ')} (${closed})`);
    return ended === 'open' ? `${closed}, then ${odd ? 'the same run again' : 'another run'} went through` : closed;
  }
};

/** What it throws, in words; undefined: nothing. */
const failing = async (body: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await body();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

/**
 * Kills the runner before, in and after each program of a first deploy, a second one and a rollback: real bundles, host and supervisor.
 * Afterwards the host, or the next run, brings one whole release to serve. Each run is the next one of the kill before it, and one
 * that nobody disturbs ends each host.
 */
export const runnerKilled = async ({
  show,
  dist,
  only = () => true,
  hosts = 3,
}: ProofOptions & { readonly only?: (moment: Moment) => boolean; readonly hosts?: number }): Promise<ProofEnd> => {
  const counts = tally({ show });
  const queue = moments.filter(only);
  const all = queue.length;
  let held = 0;
  const lane = async (host: string): Promise<void> => {
    const made = await makeLane(dist);
    try {
      let odd = false;
      for (let moment = queue.shift(); moment !== undefined; moment = queue.shift()) {
        const now = moment;
        const name = `${now.flow}, killed ${now.says}`;
        const began = performance.now();
        let how = '';
        odd = !odd;
        const wrong = await failing(async () => {
          how = await play(made, now, odd);
        });
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        if (wrong === undefined) show(`${name}: ${how} (${host}, ${seconds} s)`);
        else show((await made.stage.status().catch(String)).replaceAll('\n', ' / '));
        counts.held(name, wrong === undefined, () => wrong ?? '');
        if (wrong === undefined) held += 1;
        else await made.reset();
      }
      const last = await failing(() => made.whole('second deploy'));
      counts.held(`${host}: a deploy that nobody disturbs, after all`, last === undefined, () => last ?? '');
    } finally {
      await made.stage.end();
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: hosts }, (_, at) => lane(`host ${at + 1}`)));
  for (const one of lanes) if (one.status === 'rejected') counts.held('a host', false, () => String(one.reason));
  counts.line(`runner killed: ${all} moments, ${held} ended with one whole release`);
  return counts.end();
};

if (process.argv[1] === import.meta.filename) {
  const [, , dist = 'dist', words = '', hosts = '3'] = process.argv;
  const began = performance.now();
  const { failed } = await runnerKilled({
    show: (line) => {
      process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0)} s  ${line}\n`);
    },
    dist,
    only: ({ flow, says }) => `${flow}, killed ${says}`.includes(words),
    hosts: Number(hosts),
  });
  process.exitCode = failed > 0 ? 1 : 0;
}
