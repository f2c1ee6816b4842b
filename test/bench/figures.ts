/** What is measured, and what is said of it: pure. */

export type Distance = 0 | 80;
export type What =
  | 'landfall incremental'
  | 'landfall unchanged'
  | 'landfall rollback'
  | 'capistrano incremental'
  | 'capistrano unchanged'
  | 'capistrano rollback'
  | 'floor';

/** One go, ms. All but `start` count from the first connection to the host. */
export type Go = {
  /** From the program's start to its first connection: the bundle, or Ruby. */
  readonly start: number;
  /** Until the release lies there whole, beside what runs. */
  readonly prepared?: number;
  /** Until the first answer of what was to serve; for what changes nothing, until that is certain. */
  readonly answer: number;
  /** From then to the end of the program: proof, confirmation, measuring of the gap. */
  readonly tail: number;
  /** The whole program, from start to end. */
  readonly wall: number;
  /** What its own timeline says, by step. */
  readonly steps?: Readonly<Record<string, number>>;
};

type Part = 'start' | 'prepared' | 'answer' | 'tail' | 'wall';

export type Goes = Readonly<Record<Distance, Partial<Record<What, readonly Go[]>>>>;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

/** Half of the distance between the slowest and the fastest, by the median: how noisy it was. */
const spread = (values: readonly number[]): number => (Math.max(...values) - Math.min(...values)) / 2 / median(values);

const of = (goes: Goes, distance: Distance, what: What, part: Part): number =>
  median((goes[distance][what] ?? []).flatMap((go) => go[part] ?? []));

const ms = (value: number): string => (Number.isNaN(value) ? '' : `${Math.round(value)}`);

/** The table: a row for each thing at each distance. */
export const table = (goes: Goes): readonly string[] => [
  '| what | distance | start | to prepared | to the first proven answer | tail | spread |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...([0, 80] as const).flatMap((distance) =>
    (Object.keys(goes[distance]) as What[]).sort().map((what) => {
      const part = (key: Part): string => ms(of(goes, distance, what, key));
      const noise = spread((goes[distance][what] ?? []).map(({ answer }) => answer));
      return `| ${what} | ${distance} ms | ${part('start')} | ${part('prepared')} | ${part('answer')} | ${part('tail')} | ±${Math.round(noise * 100)} % |`;
    }),
  ),
];

/** Where the time of a deploy goes: medians of its steps, at no distance and at 80 ms. Steps run side by side, too. */
export const profile = (goes: Goes): readonly string[] => {
  const steps = (distance: Distance): readonly Readonly<Record<string, number>>[] =>
    (goes[distance]['landfall incremental'] ?? []).flatMap((go) => (go.steps === undefined ? [] : [go.steps]));
  const [near, far] = [steps(0), steps(80)];
  const part = (all: typeof near, name: string): string => ms(median(all.flatMap((one) => one[name] ?? [])));
  return [
    '| step of `landfall incremental` | 0 ms | 80 ms |',
    '| --- | ---: | ---: |',
    ...Object.keys(near[0] ?? {}).map((name) => `| ${name} | ${part(near, name)} | ${part(far, name)} |`),
  ];
};

export type Verdict = { readonly goal: string; readonly met: boolean };

/** The goals, each with what came. `boot`: what the application itself takes to its first answer, ms. */
export const verdicts = (goes: Goes, boot: number): readonly Verdict[] => {
  const times = (distance: Distance, what: 'incremental' | 'unchanged' | 'rollback', goal: number): Verdict => {
    const ratio = of(goes, distance, `capistrano ${what}`, 'answer') / of(goes, distance, `landfall ${what}`, 'answer');
    return {
      goal: `${what}, ${distance} ms: ${ratio.toFixed(1)} times as fast as Capistrano (goal: ${goal})`,
      met: ratio >= goal,
    };
  };
  const floor = (distance: Distance): Verdict => {
    const ratio = of(goes, distance, 'landfall incremental', 'prepared') / of(goes, distance, 'floor', 'answer');
    return {
      goal: `connect to prepared, ${distance} ms: ${ratio.toFixed(2)} of the floor (goal: 1.30)`,
      met: ratio <= 1.3,
    };
  };
  const back = (distance: Distance): Verdict => {
    const beside = of(goes, distance, 'landfall rollback', 'answer') - boot;
    return { goal: `rollback, ${distance} ms: ${ms(beside)} ms beside boot (goal: 1000)`, met: beside <= 1000 };
  };
  const apart = of(goes, 80, 'landfall incremental', 'wall') - of(goes, 0, 'landfall incremental', 'wall');
  return [
    ...(['incremental', 'unchanged', 'rollback'] as const).flatMap((what) => [times(0, what, 3), times(80, what, 6)]),
    floor(0),
    floor(80),
    back(0),
    back(80),
    {
      goal: `wall at 80 ms less wall at 0 ms: ${ms(apart)} ms, ${(apart / 80).toFixed(1)} round trips (goal: 19)`,
      met: apart <= 19 * 80,
    },
  ];
};
