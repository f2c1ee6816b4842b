/**
 * Who keeps a program running, as people have set it up: a supervisord that the deploy user may ask, one of root's, or the system's systemd,
 * whose units it is one of. The last two are told by sudo.
 */
export type Keeper = 'supervisor' | 'root' | 'units';

/** A program that somebody keeps running. */
export type KeptProgram = {
  readonly keeper: Keeper;
  /** The file that its supervisord was started with; empty for a unit. */
  readonly conf: string;
  /** `group:name` where it is in a group, else `name`; of a unit the name without `.service`. */
  readonly program: string;
  readonly state: string;
  /** 0: it does not run, or has no main process. */
  readonly pid: number;
};

/** A unit of the system: its properties, as `systemctl show` has them. */
export type SystemUnit = {
  /** `name.service` */
  readonly name: string;
  readonly is: ReadonlyMap<string, string>;
};

/** What was found of the units by which the system's systemd runs the services, or shall. */
export type FoundUnits = {
  /** Of each service that there shall be, and of those that were one before and are still there. */
  readonly units: readonly SystemUnit[];
  /** Commands that stop and start them, and that sudo does not allow the deploy user without a password. */
  readonly barred: readonly string[];
  /** Is there a sudo? */
  readonly sudo: boolean;
};

/** A process that works in the directory. */
export type WorkingProcess = {
  readonly pid: number;
  /** The process that its supervisord or its unit has begun it by; 0: none has. */
  readonly main: number;
  /** The unit of systemd that it belongs to, `user:` before one of a user's own; undefined: none. */
  readonly unit: string | undefined;
  readonly command: string;
};

/** Of programs that were adopted, what a later deploy needs to know. */
export type AdoptedPrograms = Pick<KeptProgram, 'keeper' | 'conf'> &
  FoundUnits & {
    /** Services that have no program there. */
    readonly absent: readonly string[];
  };

/** What was found of an installation that people have made at `path`. */
export type HandMade = {
  /** HEAD of the git checkout; undefined: it is none, for the reason that `gitError` gives. */
  readonly commit: string | undefined;
  readonly gitError: string;
  /** What git calls changed or unknown, as `git status --porcelain` prints it; at most twenty lines. */
  readonly dirty: readonly string[];
  /** What git ignores there, at most fifty. */
  readonly left: readonly string[];
  /** Its `.env`: sha256, and the names of the variables. */
  readonly env: { readonly hash: string; readonly names: readonly string[] } | undefined;
  /** Names of its Python environments. */
  readonly venvs: readonly string[];
  /** Owners of the directory and of the one above, where the deploy user may not rename it. */
  readonly owners: { readonly path: string; readonly parent: string } | undefined;
  /** A folder on another file system, where the base is or shall be. */
  readonly apart: string | undefined;
  /** What is mounted at it, or below it. */
  readonly mounts: readonly string[];
  /** Names in it that releases of Landfall's have. */
  readonly taken: readonly string[];
  readonly processes: readonly WorkingProcess[];
  /** Who runs a supervisord that minds them, and by which file. */
  readonly supervisors: readonly { readonly user: string; readonly conf: string }[];
  readonly programs: readonly KeptProgram[];
  /** Units of the system that run from it. */
  readonly units: readonly SystemUnit[];
  /** Units with processes of this user's, but of another group: where these work is not told to it. */
  readonly unseen: readonly { readonly unit: string; readonly group: string }[];
  /** Commands that stop and start what runs from it, and that sudo does not allow the deploy user without a password. */
  readonly barred: readonly string[];
  /** Is there a sudo, where one is needed? */
  readonly sudo: boolean;
  /** What the probe printed; null: it could not be asked; undefined: there is no manage.py, or no Python to ask with. */
  readonly application: unknown;
};
