type Described = {
  /** For people: what it does, and what happens without it. Markdown of one paragraph. */
  readonly description: string;
};

/** How an input is written and read. An empty value counts as not given. */
export type InputDefinition = Described &
  (
    | { readonly kind: 'text'; readonly default?: string; readonly required?: boolean }
    | { readonly kind: 'lines'; readonly default?: string }
    | { readonly kind: 'flag'; readonly default: boolean }
    | { readonly kind: 'duration'; readonly default?: string }
    | { readonly kind: 'choice'; readonly of: readonly [string, ...string[]]; readonly default?: string }
    /**
     * Masked before anything is printed. `env`: NAME=value lines of an application, of which what looks secret is masked at once; `values`: such lines, all values are; `address`: of a URL also user and password alone. `evaluated`: an expression that
     * the runner puts there if nothing is given; without a runner there is none.
     */
    | {
        readonly kind: 'secret';
        readonly required?: boolean;
        readonly holds?: 'env' | 'values' | 'address';
        readonly evaluated?: string;
      }
    /** Not for people: an expression that the runner evaluates, for main and again for post. */
    | { readonly kind: 'hidden'; readonly default: string }
  );

/** One action: action.yml, the table in its README and the types of its inputs are made from it. */
export type ActionDefinition = {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, InputDefinition>>;
  readonly outputs: Readonly<Record<string, Described>>;
  /** It has a post step, which runs whatever became of the job. */
  readonly post: boolean;
};

type Value<I extends InputDefinition> = I['kind'] extends 'lines'
  ? readonly string[]
  : I['kind'] extends 'flag'
    ? boolean
    : I['kind'] extends 'duration'
      ? number | Absent<I>
      : I extends { kind: 'choice'; of: readonly (infer C)[] }
        ? C | Absent<I>
        : string | Absent<I>;

type Absent<I> = I extends { default: string } | { required: true } ? never : undefined;

/** The inputs of an action as it reads them. Durations in ms. One that has a problem holds its default. */
export type Inputs<D extends ActionDefinition> = { readonly [K in keyof D['inputs']]: Value<D['inputs'][K]> };

/** The outputs that are an action's own: the kit writes the shared ones from the report. */
export type Outputs<D extends ActionDefinition> = {
  readonly [K in Exclude<keyof D['outputs'], keyof typeof sharedOutputs>]?: string | number | boolean | undefined;
};

/** Keeps the literal types of a definition. */
export const defineAction = <const D extends ActionDefinition>(definition: D): D => definition;

/** The outputs of every action; the kit writes them from the report. */
export const sharedOutputs = {
  result: {
    description:
      'What came of it: `done`, `unchanged` or `planned` (the step succeeds); `refused` or `failed` (nothing was switched), `undone` or `held` (the step fails).',
  },
  release: { description: 'The id of the release that was acted on: `<sha7>-<hash4>`.' },
  transaction: { description: 'The number of the transaction, like `t42`; empty where none was opened.' },
  report: {
    description: 'The path of a JSON file with the evidence: timeline, gap, processes, checks, and the fault if any.',
  },
} as const;
