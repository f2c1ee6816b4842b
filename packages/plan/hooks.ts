/** When a hook runs: before anything of a switch, after its proof, and before an undo changes what serves. */
export const moments = ['before-switch', 'after-switch', 'before-undo'] as const;
export type Moment = (typeof moments)[number];

/** A command that the team wants run at a moment, in the release on the host. */
export type Hook = {
  /** Words, never a shell line: the first is found in the release's environment, then on PATH. */
  readonly command: readonly string[];
  /** ms; then it is ended, and has failed. */
  readonly timeout: number;
};

export type Hooks = { readonly [M in Moment]?: Hook | undefined };

/** The hooks that there are, in the order of their moments. */
export const hooksOf = (hooks: Hooks): readonly (Hook & { readonly moment: Moment })[] =>
  moments.flatMap((moment) => {
    const hook = hooks[moment];
    return hook === undefined ? [] : [{ moment, ...hook }];
  });
