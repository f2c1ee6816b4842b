/** A program of a supervisord. */
export type SupervisedProgram = {
  /** The file that its supervisord was started with. */
  readonly conf: string;
  /** `group:name` where it is in a group, else `name`. */
  readonly program: string;
  readonly state: string;
  /** 0: it does not run. */
  readonly pid: number;
};

/** A process that works in the directory. */
export type WorkingProcess = {
  readonly pid: number;
  /** The process that a supervisord has begun it by; 0: none has. */
  readonly main: number;
  /** The unit of systemd that it belongs to; undefined: none. */
  readonly unit: string | undefined;
  readonly command: string;
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
  readonly programs: readonly SupervisedProgram[];
  /** What the probe printed; null: it could not be asked; undefined: there is no manage.py, or no Python to ask with. */
  readonly application: unknown;
};
