import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { relative } from 'node:path';
import { prepareStage } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { processesBelow } from '../lab/processes.ts';
import type { StepEnd } from '../runner/index.ts';
import { canaries, finder } from './secrets/canaries.ts';
import { bytesOf, filesBelow } from './secrets/files.ts';
import { material, play } from './secrets/play.ts';
import { watchCommandLines } from './secrets/watch.ts';
import { tally, type ProofEnd, type ProofOptions, type Tally } from './tally.ts';

type Find = ReturnType<typeof finder>;

/** Where the values belong: the release's own file, and the one that it is made from. The owner's alone. */
const homes = /\/(releases\/[^/]+|staging\/[^/]+|shared)\/\.env$/;
/** What the application itself prints goes here, and nowhere else. */
const ownLogs = /\/shared\/logs\/[^/]+\.log(\.\d+)?$/;

/** Everything that a step leaves on the runner. */
const placesOf = (end: StepEnd): readonly (readonly [string, string])[] => [
  ['log before masking', end.raw.filter((line) => !line.startsWith('::add-mask::')).join('\n')],
  ['log', end.log.join('\n')],
  ['annotations', JSON.stringify(end.annotations)],
  ['summary', end.summary],
  ['outputs', JSON.stringify(end.outputs)],
  ['state', JSON.stringify(end.state)],
  ['environment of later steps', JSON.stringify(end.env)],
  ['report', end.outputs['report'] === undefined ? '' : readFileSync(end.outputs['report'], 'utf8')],
];

const provesFiles = (stage: Stage, find: Find, counts: Tally, since: number, dist: string): void => {
  const below = filesBelow(stage.host.dir);
  const temporary = filesBelow(tmpdir(), 3).filter(
    ({ path, changed, size }) => changed >= since && size < 5_000_000 && !path.startsWith(`${stage.host.dir}/`),
  );
  let [allowed, told] = [0, 0];
  for (const { path, mode } of [...below, ...temporary, ...filesBelow(dist)]) {
    const names = find(bytesOf(path));
    const place = path.startsWith(stage.host.dir) ? relative(stage.host.dir, path) : path;
    if (names.length > 0 && homes.test(path)) {
      allowed += 1;
      counts.held(`${place} is for its owner only`, mode === 0o600, () => mode.toString(8));
    } else if (names.length > 0 && ownLogs.test(path)) told += 1;
    else counts.held(place, names.length === 0, () => names.join(', '));
  }
  counts.held('the values are where they belong', allowed > 0);
  counts.held('the application has printed its environment', told > 0);
  counts.line(
    `secrets: ${below.length} files of host and runner, ${temporary.length} new ones in ${tmpdir()} and dist searched; found in ${allowed} .env (0600) and in the log that the application itself writes (${told})`,
  );
};

const provesProcesses = (stage: Stage, find: Find, counts: Tally): void => {
  const running = processesBelow(stage.host.dir).map((pid) => ({ pid, environment: bytesOf(`/proc/${pid}/environ`) }));
  const holding = running.filter(({ environment }) => find(environment).length > 0);
  const strangers = holding.filter(({ environment }) => !environment.includes('LANDFALL_SERVICE='));
  counts.held('only the application has its variables', strangers.length === 0, () =>
    strangers.map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')).join('; '),
  );
  counts.held('the application has its variables', holding.length > 0);
  counts.line(`secrets: in the environment of ${holding.length} of ${running.length} processes, all of them the application's`); // prettier-ignore
};

/** No secret stands anywhere but where it belongs, through all that can happen to a target. */
export const secrets = async (options: ProofOptions): Promise<ProofEnd> => {
  const counts = tally(options);
  const since = Date.now();
  const stage = await prepareStage({ dist: options.dist });
  try {
    const made = canaries();
    const given = material(stage, made);
    const find = finder(made.all());
    const watch = await watchCommandLines(made.all().map(({ text }) => text));
    const played = await play(stage, given, options.show).finally(watch.end);
    const watched = await watch.end();
    let places = 0;
    for (const { title, wanted, came, ends, text } of played) {
      counts.held(`${title} is ${wanted}`, came === wanted, () => came);
      const left = [...ends.flatMap(placesOf), ['what a person sees', text] as const];
      for (const [place, content] of left.filter(([, one]) => one !== '')) {
        places += 1;
        const names = find(Buffer.from(content));
        counts.held(`${title}: ${place}`, names.length === 0, () => names.join(', '));
      }
    }
    const masked = played.flatMap(({ ends }) => ends.flatMap(({ raw }) => raw)).filter((line) => line.startsWith('::add-mask::')); // prettier-ignore
    counts.held('secrets are announced for masking', masked.length > 0);
    counts.line(
      `secrets: ${made.all().length} canaries; ${played.length} steps left ${places} logs, summaries, reports, outputs, states and annotations`,
    );
    counts.held('command lines', watched.found.length === 0, () => watched.found.join('\n'));
    counts.line(`secrets: ${watched.commands} command lines seen in ${watched.looks} looks at all processes`);
    provesProcesses(stage, find, counts);
    provesFiles(stage, find, counts, since, options.dist);
    counts.line(`secrets: ${counts.failed() === 0 ? '0 found' : `found in ${counts.failed()} places`}`);
  } finally {
    await stage.end();
  }
  return counts.end();
};
