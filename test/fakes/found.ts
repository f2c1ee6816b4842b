import type { Claim, Found, RunContext } from '#plan';

/** A run on GitHub, with what differs from the usual. */
export const contextOf = (over: Partial<RunContext> = {}): RunContext => ({
  repository: 'o/r',
  runId: 'run-7',
  attempt: 1,
  runNumber: 7,
  workflow: 'ship',
  actor: 'ann',
  url: 'https://github.com/o/r/actions/runs/7',
  token: 'job-a',
  driver: 'step-a',
  ...over,
});

/** What that run wrote when it opened. */
export const claimOf = (over: Partial<Claim> = {}): Claim => ({
  repository: 'o/r',
  run: 'run-7',
  attempt: 1,
  token: 'job-a',
  driver: 'step-a',
  actor: 'ann',
  url: 'https://github.com/o/r/actions/runs/7',
  commit: 'step',
  ...over,
});

/** A host on which nothing was ever deployed, and which lacks nothing; with what differs. `seen` follows the rest. */
export const foundOn = (over: Partial<Found> = {}): Found => {
  const found: Found = {
    user: 'deploy',
    home: '/home/deploy',
    number: 0,
    kind: '',
    phase: 'none',
    release: '',
    previous: '',
    of: '',
    seen: '',
    claim: undefined,
    remaining: 0,
    unchecked: false,
    hookDue: false,
    booted: false,
    silence: 0,
    journal: '',
    path: 'absent',
    base: 'absent',
    parent: { path: '/srv', writable: true },
    baseNearest: { path: '/srv', writable: true },
    free: { bytes: 20_000_000_000, inodes: 1_000_000 },
    programs: new Map(),
    manager: false,
    systemUnits: true,
    systemd: true,
    servicesUnder: 'supervisor',
    python: { version: '3.12.3 (main)', platform: 'linux-x86_64', libc: 'glibc-2.39', pip: '24.0', uv: '' },
    current: '',
    releases: [],
    environments: [],
    sharedEnv: undefined,
    processes: [],
    drifted: [],
    edited: [],
    pace: { schedulers: 0, others: 0, boot: 0 },
    listening: [],
    clock: 1_750_000_000,
    ...over,
  };
  return { ...found, seen: over.seen ?? `${found.number}:${found.phase}:${found.claim?.driver ?? ''}:` };
};
