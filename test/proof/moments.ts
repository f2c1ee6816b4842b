import { currentOf, fact, type At } from './host-state.ts';
import type { Place } from './trap.ts';

/** What a runner is killed in. */
export type Flow = 'first deploy' | 'second deploy' | 'resumed deploy' | 'rollback';

/** One moment at which a runner is killed, and what must be so afterwards. */
export type Moment = {
  readonly flow: Flow;
  readonly says: string;
  /** Where; asked anew for each run, for what it compares with is found then. */
  readonly place: (at: At) => Place;
  /** The input confirm-within of that run: until the watchdog acts. */
  readonly within: string;
  /** Comes only where the database is empty. */
  readonly migrates: boolean;
  /** The release that serves afterwards: the one before, the run's own, or one of both. */
  readonly serves: 'before' | 'own' | 'either';
};

/** The programs of each flow on the host, in their order, with beats apart: those come by the clock. */
export const programsOf: Readonly<Record<Flow, readonly string[]>> = {
  'first deploy': words(
    'recover look tree receive arrange environment probe publish discard open probe migrate switch look confirm',
  ),
  'second deploy': words(
    'recover look tree receive arrange environment probe publish discard open switch look confirm prune',
  ),
  // what it does beside the others: its first attempt was killed when it had switched
  'resumed deploy': words('open renew'),
  rollback: words('recover look describe describe evidence open switch look confirm'),
};

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** How far a switch, which runs detached and takes seconds, has come. */
const inTheSwitch: readonly (readonly [string, (at: At) => () => boolean])[] = [
  ['its intention is written', (at) => () => fact(at, 'phase') === 'switching'],
  [
    'current has moved',
    (at) => {
      const before = currentOf(at);
      return () => fact(at, 'phase') === 'switching' && currentOf(at) !== before;
    },
  ],
  [
    'a second after current has moved',
    (at) => {
      const before = currentOf(at);
      let since: number | undefined;
      return () => {
        if (currentOf(at) !== before) since ??= performance.now();
        return since !== undefined && performance.now() - since > 1000;
      };
    },
  ],
  ['it is written that it is done', (at) => () => fact(at, 'phase') === 'switched'],
];

const prefix = { arrives: 'before', runs: 'in', ended: 'after' } as const;

const momentsOf = (flow: Flow): readonly Moment[] => {
  const programs = programsOf[flow];
  const switches = programs.indexOf('switch');
  const confirms = programs.indexOf('confirm');
  const connect = (['arrives', 'ended'] as const).map((when) => ({
    flow,
    says: when === 'arrives' ? 'before the login' : 'after the login',
    place: () => ({ program: 'connect', nth: 1, when }),
    within: '10m',
    migrates: false,
    serves: 'before' as const,
  }));
  return [
    ...connect,
    ...programs.flatMap((program, index): readonly Moment[] => {
      const nth = programs.slice(0, index + 1).filter((name) => name === program).length;
      const name = programs.filter((one) => one === program).length > 1 ? `${program} ${nth}` : program;
      const at = {
        flow,
        migrates: name === 'migrate' || name === 'probe 2',
        within: index < switches || index > confirms ? '10m' : index < confirms ? '2s' : '5s',
      };
      return [
        ...(['arrives', 'runs', 'ended'] as const).map((when): Moment => ({
          ...at,
          within: program === 'confirm' && when === 'ended' ? '10m' : at.within,
          says: `${prefix[when]} ${name}`,
          place: () => ({ program, nth, when }),
          serves:
            index < confirms
              ? 'before'
              : index > confirms || when === 'ended'
                ? 'own'
                : when === 'runs'
                  ? 'either'
                  : 'before',
        })),
        ...(program === 'switch'
          ? inTheSwitch.map(([says, when]): Moment => ({
              ...at,
              says: `in ${name}: ${says}`,
              place: (host) => ({ program, nth, when: when(host) }),
              serves: 'before',
            }))
          : []),
      ];
    }),
  ];
};

/** A second attempt finds what the first one has switched, and takes it up. Killed again, the watchdog takes it back. */
const resumed: readonly Moment[] = programsOf['resumed deploy'].flatMap((program) =>
  (['arrives', 'runs', 'ended'] as const).map((when) => ({
    flow: 'resumed deploy' as const,
    says: `${prefix[when]} ${program}`,
    place: () => ({ program, nth: 1, when }),
    within: '2s',
    migrates: false,
    serves: 'before' as const,
  })),
);

/** Every moment, flow by flow. */
export const moments: readonly Moment[] = [
  ...momentsOf('first deploy'),
  ...momentsOf('second deploy'),
  ...resumed,
  ...momentsOf('rollback'),
];
