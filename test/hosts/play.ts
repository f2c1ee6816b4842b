import type { Manager } from '#plan';
import { tally, type ProofEnd, type ProofOptions } from '../proof/tally.ts';
import { startProxy, type Proxy } from '../lab/proxy.ts';
import type { Job, Step } from '../runner/index.ts';
import { prepareSite, wrongWith, type Site } from './site.ts';

/** One thing that is shown on a host. Throws what does not hold; gives what is worth a line. */
export type Play<Place = Site> = { readonly name: string; readonly play: (place: Place) => Promise<string> };

export const demand = (holds: boolean, what: () => string): void => {
  if (!holds) throw new Error(what());
};

/** One whole release serves, and it is this one. */
export const demandWhole = async (site: Site, live: string): Promise<void> => {
  const wrong = await wrongWith(site, live);
  demand(wrong.length === 0, () => wrong.join('; '));
};

/** The line by which an action says that it has switched and is not confirmed. */
export const switchedLine = 'the host undoes by itself';

/** How a step reaches its host: the inputs that say so. */
export type Way = Readonly<Record<'host' | 'host-key', string>>;

const deploying =
  (site: Site, within: string) =>
  (job: Job, way: Way): Step =>
    job.start('deploy-over-ssh', site.deploy({ 'confirm-within': within, ...way }));

/** Starts a step, a deploy unless another is given, and kills its runner when it says that it has switched: the host hears no more of it. */
export const killedSwitched = async (
  site: Site,
  within: string,
  start: (job: Job, way: Way) => Step = deploying(site, within),
): Promise<void> => {
  // so slow that the line is seen before what follows it is on its way
  const proxy = await startProxy(site.host.sshPort, { roundTrip: 40 });
  const log: string[] = [];
  let comes: () => void = () => undefined;
  const came = new Promise<void>((resolve) => (comes = resolve));
  const job = site.job({
    show: (line) => {
      log.push(line);
      if (!line.includes(switchedLine)) return;
      proxy.freeze();
      comes();
    },
  });
  try {
    const step = start(job, wayThrough(site, proxy));
    const over = await Promise.race([came.then(() => false), step.ended.then(() => true)]);
    demand(!over, () => `the step ended before it said '${switchedLine}': ${log.slice(-10).join('\n')}`);
    job.die();
    await step.ended;
  } finally {
    await proxy.close();
  }
};

/** The way to a site's host that leads through a proxy. */
export const wayThrough = ({ host }: Site, { port }: Proxy): Way => ({
  host: `deploy@127.0.0.1:${port}`,
  'host-key': `[127.0.0.1]:${port} ${host.hostKey}`,
});

type Stage<Place> = {
  readonly title: string;
  readonly show: (line: string) => void;
  readonly prepare: () => Promise<Place>;
  /** What a place has to say of itself when a play fails on it. */
  readonly about: (place: Place) => Promise<string>;
};

/** Plays in order in one place. After one that fails the rest would say nothing: it is not played, and counted as failed. */
export const playIn = async <Place extends { readonly end: () => Promise<void> }>(
  { title, show, prepare, about }: Stage<Place>,
  all: readonly Play<Place>[],
): Promise<ProofEnd> => {
  const counts = tally({ show });
  const place = await prepare();
  try {
    for (const [index, { name, play }] of all.entries()) {
      const began = performance.now();
      let why = '';
      const came = await play(place).catch((thrown: unknown) => {
        why = thrown instanceof Error ? thrown.message : String(thrown);
        return undefined;
      });
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      counts.held(`${title}: ${name}`, came !== undefined, () => why);
      if (came !== undefined) show(`${name}: ${came} (${seconds} s)`);
      else {
        show((await about(place).catch(String)).trim());
        for (const rest of all.slice(index + 1)) counts.held(`${title}: ${rest.name}`, false, () => 'not played');
        break;
      }
    }
  } finally {
    await place.end();
  }
  return counts.end();
};

/** Plays on a host of its own, with the small application. */
export const playAll = (
  {
    show,
    dist,
    linger,
    title,
    manager = 'supervisor',
    beside = '',
  }: ProofOptions & {
    readonly linger: boolean;
    readonly title: string;
    readonly manager?: Manager;
    readonly beside?: string;
  },
  all: readonly Play[],
): Promise<ProofEnd> =>
  playIn(
    {
      title,
      show,
      prepare: () => prepareSite({ dist, linger, manager, beside, say: show }),
      about: ({ host, base }) =>
        host.exec(`cd ${base}/.landfall; sh status; tail -n 20 watch.log journal.jsonl run/supervisord.log`, 'deploy'),
    },
    all,
  );
