/** What is measured, and what is said of it: pure. */

export type Distance = 0 | 80;
export type What =
  | 'landfall incremental'
  | 'landfall unchanged'
  | 'landfall rollback'
  | 'landfall under load'
  | 'capistrano incremental'
  | 'capistrano unchanged'
  | 'capistrano rollback'
  | 'floor';

/** One go, ms. All but `start` count from the first connection to the host. */
export type Go = {
  /** From the program's start to its first connection: the bundle, or Ruby. */
  readonly start: number;
  /** Until the commit's files lie there, each proved by its hash. */
  readonly received?: number;
  /** Until the release lies there whole, beside what runs: with what the application itself has to say and to build. */
  readonly prepared?: number;
  /** Until the first answer of what was to serve; for what changes nothing, until that is certain. */
  readonly answer: number;
  /** From then to the end of the program: proof, confirmation, measuring of the gap. */
  readonly tail: number;
  /** The whole program, from start to end. */
  readonly wall: number;
  /** The longest time that the address was not answered, where it was asked 100 times a second. */
  readonly gap?: number;
  /** What its own timeline says, by step. */
  readonly steps?: Readonly<Record<string, number>>;
};

type Part = 'start' | 'received' | 'prepared' | 'answer' | 'tail' | 'wall' | 'gap';

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
  '| what | distance | start | to uploaded | to prepared | to the first proven answer | tail | spread |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...([0, 80] as const).flatMap((distance) =>
    (Object.keys(goes[distance]) as What[]).sort().map((what) => {
      const part = (key: Part): string => ms(of(goes, distance, what, key));
      const noise = spread((goes[distance][what] ?? []).map(({ answer }) => answer));
      return `| ${what} | ${distance} ms | ${part('start')} | ${part('received')} | ${part('prepared')} | ${part('answer')} | ${part('tail')} | ±${Math.round(noise * 100)} % |`;
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

export type Verdict = {
  readonly goal: string;
  /** What came, beside what it is compared with. */
  readonly landfall: string;
  readonly beside: string;
  readonly came: string;
  readonly wanted: string;
  readonly met: boolean;
};

/** Round by round, what it took longer at a distance: noise that lasts hits both, and goes out. */
const further = (goes: Goes): readonly number[] =>
  (goes[80]['landfall incremental'] ?? []).flatMap(({ wall }, round) => {
    const near = goes[0]['landfall incremental']?.[round];
    return near === undefined ? [] : [wall - near.wall];
  });

const range = (values: readonly number[]): string =>
  values.length < 2 ? '' : ` (${ms(Math.min(...values))} to ${ms(Math.max(...values))})`;

/** The goals, each with what came. `boot`: what the application itself takes to its first answer, ms. */
export const verdicts = (goes: Goes, boot: number): readonly Verdict[] => {
  const times = (distance: Distance, what: 'incremental' | 'unchanged' | 'rollback', goal: number): Verdict => {
    const [ours, theirs] = [
      of(goes, distance, `landfall ${what}`, 'answer'),
      of(goes, distance, `capistrano ${what}`, 'answer'),
    ];
    return {
      goal: `${what}, ${distance} ms, to the first proven answer`,
      landfall: `${ms(ours)} ms`,
      beside: `Capistrano ${ms(theirs)} ms`,
      came: `${(theirs / ours).toFixed(1)} times as fast`,
      wanted: `${goal} times`,
      met: theirs / ours >= goal,
    };
  };
  const floor = (distance: Distance): Verdict => {
    const [ours, least] = [
      of(goes, distance, 'landfall incremental', 'prepared'),
      of(goes, distance, 'floor', 'answer'),
    ];
    return {
      goal: `connect to prepared, ${distance} ms`,
      landfall: `${ms(ours)} ms`,
      beside: `floor ${ms(least)} ms`,
      came: `${(ours / least).toFixed(2)} of it`,
      wanted: 'at most 1.30',
      met: ours / least <= 1.3,
    };
  };
  const back = (distance: Distance): Verdict => {
    const ours = of(goes, distance, 'landfall rollback', 'answer');
    return {
      goal: `rollback, ${distance} ms, to the first proven answer`,
      landfall: `${ms(ours)} ms`,
      beside: `boot ${ms(boot)} ms`,
      came: `${ms(ours - boot)} ms more`,
      wanted: 'at most 1000 ms more',
      met: ours - boot <= 1000,
    };
  };
  const gap = of(goes, 0, 'landfall under load', 'gap');
  const gaps = (goes[0]['landfall under load'] ?? []).flatMap((go) => go.gap ?? []);
  const apart = median(further(goes));
  return [
    ...(['incremental', 'unchanged', 'rollback'] as const).flatMap((what) => [times(0, what, 3), times(80, what, 6)]),
    floor(0),
    floor(80),
    back(0),
    back(80),
    {
      goal: "a restart's gap under 100 requests/s, 0 ms",
      landfall: `${ms(gap)} ms${range(gaps)}`,
      beside: `boot ${ms(boot)} ms`,
      came: `${ms(gap - boot)} ms more`,
      wanted: 'at most 500 ms more',
      met: gap - boot <= 500,
    },
    {
      goal: 'the whole deploy at 80 ms less the same at 0 ms, connecting included',
      landfall: `${ms(apart)} ms${range(further(goes))}`,
      beside: '',
      came: `${(apart / 80).toFixed(1)} × 80 ms`,
      wanted: 'at most 19 × 80 ms',
      met: apart <= 19 * 80,
    },
  ];
};

/** Each goal as a row: what came, what was wanted, and whether it is met. */
export const goals = (all: readonly Verdict[]): readonly string[] => [
  '| goal | Landfall | beside | came | wanted | verdict |',
  '| --- | ---: | ---: | ---: | ---: | --- |',
  ...all.map(
    ({ goal, landfall, beside, came, wanted, met }) =>
      `| ${goal} | ${landfall} | ${beside} | ${came} | ${wanted} | ${met ? 'met' : '**missed**'} |`,
  ),
];
