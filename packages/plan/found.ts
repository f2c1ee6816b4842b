import type { AdoptedPrograms, FoundUnits } from './hand-made.ts';
import type { Pace } from './pace.ts';
import type { Manager, Process, ReleaseId } from './types.ts';

export type Phase = 'none' | 'open' | 'switching' | 'switched' | 'undoing' | 'confirmed' | 'undone' | 'held';

/** Who opened the newest transaction on a host. */
export type Claim = {
  readonly repository: string;
  readonly run: string;
  readonly attempt: number;
  readonly token: string;
  readonly driver: string;
  readonly actor: string;
  readonly url: string;
  /** When the transaction does not end with its opener's job: `later`. */
  readonly commit: string;
};

/** A complete release on a host. */
export type Kept = {
  readonly id: ReleaseId;
  /** sha256 over all that makes it what it is. */
  readonly hash: string;
  /** sha256 of its .env as it is now: going back replaces it by today's. */
  readonly env: string | undefined;
  /** Hash of its Python environment; empty: it has none. */
  readonly environment: string;
  /** When it was prepared: seconds, by the host's clock; only ages are compared, with {@link Found.clock}. */
  readonly at: number;
  /** `run/attempt` of the runs that prepared it. */
  readonly preparedBy: readonly string[];
};

/** All that was read of a host in one go. Times in seconds by the host's uptime. */
export type Found = {
  readonly user: string;
  readonly home: string;
  readonly number: number;
  readonly kind: string;
  readonly phase: Phase;
  readonly release: ReleaseId;
  readonly previous: ReleaseId;
  /** Number of the transaction that this one takes back. */
  readonly of: string;
  /** `number:phase:driver:beat`: what an opening compares before it changes anything. */
  readonly seen: string;
  readonly claim: Claim | undefined;
  /** Until the host undoes (switched), or until another run may take it over (open). */
  readonly remaining: number;
  /** The host was started anew since the transaction opened. */
  readonly booted: boolean;
  /** What serves was brought back by an undo, and nobody has asked it from outside since. */
  readonly unchecked: boolean;
  /** The hook after the switch has not ended well yet. */
  readonly hookDue: boolean;
  /** Since the transaction's driver was last heard of. */
  readonly silence: number;
  /** The last 64 kB of the journal. */
  readonly journal: string;
  readonly path: string;
  readonly base: string;
  readonly parent: { readonly path: string; readonly writable: boolean };
  readonly baseNearest: { readonly path: string; readonly writable: boolean };
  readonly free: { readonly bytes: number; readonly inodes: number };
  /** Path of each program that was asked for; empty: it is missing. */
  readonly programs: ReadonlyMap<string, string>;
  /** The deploy user's systemd answers, and lives without a login: it minds the watchdog, and lets the host recover at boot. */
  readonly manager: boolean;
  /** The host was booted by systemd. */
  readonly systemd: boolean;
  /** The deploy user may have the host's systemd run the services, by root's program. */
  readonly systemUnits: boolean;
  /** What runs the services, or would where nobody says what is to. */
  readonly servicesUnder: Manager;
  /** The units that root has written for the services; undefined: nobody asked for them. */
  readonly units?: FoundUnits;
  /** `pip`: what venv brings; `uv`: the host's own. Empty: missing. */
  readonly python: {
    readonly version: string;
    readonly platform: string;
    readonly libc: string;
    readonly pip: string;
    readonly uv: string;
  };
  /** Empty: nothing serves. */
  readonly current: ReleaseId;
  readonly releases: readonly Kept[];
  readonly environments: readonly string[];
  readonly sharedEnv: { readonly hash: string; readonly names: readonly string[] } | undefined;
  readonly processes: readonly Process[];
  /** Files of the live release that were changed on the host since they were put there; at most ten. */
  readonly drifted: readonly string[];
  /**
   * Files by which the manager runs the services (units, programs of supervisord), and what was added beside them, where somebody
   * changed them since the manager took them up; at most ten.
   */
  readonly edited: readonly string[];
  /** How long the services of what serves may take. */
  readonly pace: Pace;
  readonly listening: readonly number[];
  /** Where the services stay with programs that were adopted, and a deploy has asked. */
  readonly theirs?: AdoptedPrograms;
  /** The host's wall clock, in seconds. */
  readonly clock: number;
};
