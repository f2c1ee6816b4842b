import type { Problem } from '#fault';
import type { Cache, GitHub, Post, Report, RunContext, Signer } from '#plan';
import type { ActionDefinition, Inputs, Outputs } from './definition.ts';

/** What an action is given: its inputs, who runs it, and ways to say and keep things. */
export type Action<D extends ActionDefinition> = {
  readonly phase: 'main' | 'post';
  readonly inputs: Inputs<D>;
  /** What is wrong with the inputs. To be refused (`refusal`), with what is wrong elsewhere, before anything is done. */
  readonly problems: readonly Problem[];
  readonly context: RunContext;
  /** GitHub, by the token of the input `github-token`; without one it answers nothing. */
  readonly github: GitHub;
  /** The runner's cache service. */
  readonly cache: Cache;
  /** Signs in the name of this run. */
  readonly signer: Signer;
  /** Sends a message to somebody's webhook. */
  readonly post: Post;
  /** Fires when the run is cancelled (5 s are left then), and in post after 4 minutes. Its reason is a Failure. */
  readonly signal: AbortSignal;
  /** The checkout's directory. */
  readonly workspace: string;
  /** The runner's directory for temporary files. */
  readonly temp: string;
  readonly startedAt: Date;
  /** One line of progress, plain text. */
  readonly show: (line: string) => void;
  /** Folds the lines that are shown until `body` has ended under a title. */
  readonly group: <T>(title: string, body: () => Promise<T>) => Promise<T>;
  /** Keeps a value for the post step. */
  readonly save: (key: string, value: string) => void;
  /** What main kept under this key. */
  readonly state: (key: string) => string | undefined;
  /** A value with `***` in the place of what is hidden in its texts: for what an action writes, or takes the hash of. */
  readonly scrub: <T>(value: T) => T;
  /** Hides a text from here on: in the log, and in all that is reported. */
  readonly mask: (text: string) => void;
  /**
   * Hides all values of env-files from here on, but those that `open` holds and plain ones: to be called before a host can
   * print them. Until then only what looks secret is hidden.
   */
  readonly shield: (open: string) => void;
  /** Sets an output at once, so that it is there however the action ends. */
  readonly output: (name: Extract<keyof Outputs<D>, string>, value: string | number | boolean) => void;
  /** Environment variables of the step, by name. Each value is masked; an unset one is a problem (`input env`). */
  readonly variables: (names: readonly string[]) => {
    readonly values: Readonly<Record<string, string>>;
    readonly problems: readonly Problem[];
  };
};

/** What came of an action. */
export type Finished<D extends ActionDefinition> = { readonly report: Report; readonly outputs?: Outputs<D> };

/** What an action does. In `post` a report is optional: without one nothing is shown but what was shown. */
export type Parts<D extends ActionDefinition> =
  | { readonly main: (action: Action<D>) => Promise<Finished<D>> }
  | { readonly post: (action: Action<D>) => Promise<Finished<D> | undefined> };
