import { currentOf } from './host-state.ts';
import { raceBundles } from './race-bundles.ts';
import { makeField, makeGround, type Field, type Ground } from './race-field.ts';
import { journalOf, overlaps } from './race-journal.ts';
import { tally, type ProofEnd, type ProofOptions } from './tally.ts';

/** Two that start at once, and what they may come to. */
type Pair = {
  readonly says: string;
  readonly runs: (ground: Ground, number: number) => readonly [Promise<string>, Promise<string>];
  readonly may: RegExp;
};

const twoRuns: Pair = {
  says: 'two runs',
  runs: (ground, number) => [
    ground.run(`a${number}`, { runId: `run-${number}a`, runNumber: 2 * number }),
    ground.run(`b${number}`, { runId: `run-${number}b`, runNumber: 2 * number + 1 }),
  ],
  // the older one may find that the newer one was faster
  may: /^(done|TX_STALE), done$/,
};

const twoJobs: Pair = {
  says: 'two jobs of one run',
  runs: (ground, number) => [
    ground.run(`a${number}`, { runId: `run-${number}`, runNumber: 2 * number }),
    ground.run(`b${number}`, { runId: `run-${number}`, runNumber: 2 * number }),
  ],
  may: /^done, done$/,
};

const oneFails: Pair = {
  says: 'two jobs of one run, of which one does not start',
  runs: (ground, number) => [
    ground.run(`a${number}`, { runId: `run-${number}`, runNumber: 2 * number }, false),
    ground.run(`b${number}`, { runId: `run-${number}`, runNumber: 2 * number }),
  ],
  may: /^SWITCH_FAILED, done$/,
};

const pairs = 46;
/** How many targets pairs are played on at a time. */
const grounds = 3;

const pairOf = (number: number): Pair => (number % 12 === 6 ? oneFails : number % 2 === 0 ? twoRuns : twoJobs);

/** The release that the journal says was confirmed last, and that which serves. */
const wrongEnd = ({ base }: Ground): readonly string[] => {
  const last = journalOf(base).findLast(({ e }) => e === 'confirmed')?.release;
  const current = currentOf({ dir: base, base });
  return last === current ? [] : [`${current || 'nothing'} serves, and ${last ?? 'nothing'} was confirmed last`];
};

/** A journal in which two were at work at once is told, where a host's `flock` keeps nobody out: the proof could have failed. */
const shownToSee = async (tries: number): Promise<string | undefined> => {
  const field = await makeField({ mutex: false });
  try {
    for (let number = 0; number < tries; number++) {
      const ground = makeGround(field, `bare${number}`);
      await Promise.all(twoJobs.runs(ground, number));
      const found = overlaps(journalOf(ground.base));
      if (found.length > 0) return found[0];
    }
    return undefined;
  } finally {
    await field.end();
  }
};

const playAll = async (
  field: Field,
  counts: ReturnType<typeof tally>,
  show: (line: string) => void,
): Promise<number> => {
  let held = 0;
  let next = 0;
  await Promise.all(
    Array.from({ length: grounds }, async (_, index) => {
      const ground = makeGround(field, `target${index}`);
      for (let number = next++; number < pairs; number = next++) {
        const { says, runs, may } = pairOf(number);
        const began = performance.now();
        const results = (await Promise.all(runs(ground, number + 1))).join(', ');
        const wrong = [
          ...(may.test(results) ? [] : [`they came to ${results}`]),
          ...overlaps(journalOf(ground.base)),
          ...wrongEnd(ground),
        ];
        show(`${says}: ${results} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
        counts.held(says, wrong.length === 0, () => wrong.join('; '));
        if (wrong.length === 0) held += 1;
      }
    }),
  );
  return held;
};

/**
 * 50 times two runs at once, jobs of one run among them: by the journal no two transactions overlap, numbers only grow, and each run
 * ends done or is refused in words. Four of the pairs are real runs of the bundles.
 */
export const races = async ({ show, dist }: ProofOptions): Promise<ProofEnd> => {
  const counts = tally({ show });
  const field = await makeField();
  let held = 0;
  const ended = await Promise.allSettled([
    raceBundles(dist, counts, show).then((some) => (held += some)),
    playAll(field, counts, show)
      .then((some) => (held += some))
      .finally(field.end),
  ]);
  for (const one of ended) if (one.status === 'rejected') counts.held('a race', false, () => String(one.reason));
  // two that are stopped by what the other one took from under them show nothing: then it is tried again
  const seen = await shownToSee(40);
  counts.held('without the mutex an overlap is seen', seen !== undefined);
  counts.line(
    `races: ${pairs + 4} times two runs at once, ${held} without an overlap; without the mutex: ${seen ?? 'nothing was seen'}`,
  );
  return counts.end();
};

if (process.argv[1] === import.meta.filename) {
  const { failed } = await races({
    show: (line) => {
      console.log(line);
    },
    dist: process.argv[2] ?? 'dist',
  });
  process.exitCode = failed > 0 ? 1 : 0;
}
