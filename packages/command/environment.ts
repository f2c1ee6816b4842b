/**
 * What a command is not given of the step's environment: inputs (the token is among them) and kept state, the rights of the runner's
 * services (caches, artifacts, identity), and the files by which a step commands the runner. `PATH`, `HOME`, `CI`, the `GITHUB_*` that
 * only tell something, and what the workflow sets itself stay.
 */
const withheld = /^(?:INPUT_|STATE_|ACTIONS_|GITHUB_(?:ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$)/;

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that a command runs with. Pure. */
export const environmentOf = (step: Environment, own: Readonly<Record<string, string>>): Record<string, string> => ({
  ...(Object.fromEntries(
    Object.entries(step).filter(([name, value]) => value !== undefined && !withheld.test(name)),
  ) as Record<string, string>),
  ...own,
});
