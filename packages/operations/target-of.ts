import { fileProblems, filesOf } from '#check';
import { readConfig, resolveTarget } from '#config';
import type { Target } from '#config';
import { Failure } from '#fault';
import type { Problem } from '#fault';
import { refuseFork } from './fork.ts';
import { notifyProblems } from './notify.ts';
import { keyProblems, overridesOf } from './place.ts';
import type { Place } from './place.ts';
import type { Stage } from './stage.ts';
import { variablesOf } from './variables.ts';

/** All problems of inputs and file, as one fault; nothing was done yet. */
export const refuseProblems = (problems: readonly Problem[]): void => {
  if (problems.length === 0) return;
  throw new Failure({
    code: 'INPUT_INVALID',
    what:
      problems.length === 1
        ? problems.map(({ where, what }) => `${where}: ${what}`).join()
        : `${problems.length} inputs or keys are wrong`,
    next: 'Mend each of them; nothing was changed.',
    problems,
  });
};

/** landfall.yml's text, or what is wrong with finding it. */
export const configOf = (
  stage: Pick<Stage, 'workspace'>,
  place: Pick<Place, 'config'>,
): { text?: string; file: string; problems: readonly Problem[] } => {
  const read = readConfig(stage.workspace, place.config);
  if (read.ok) return { ...read.value, problems: [] };
  return { file: place.config ?? 'landfall.yml', problems: read.fault.problems ?? [] };
};

/** What else is wrong with the inputs, now that the target is known (undefined: it could not be read). */
export type More = (target: Target | undefined) => readonly Problem[];

/** The target that inputs and file describe, or every problem of both at once. Throws FORK_REFUSED, INPUT_INVALID. */
export const targetOf = (stage: Stage, place: Place, more: More = () => []): Target => {
  // first: a fork's run has no secrets, and would be told to set them
  refuseFork(stage);
  const config = configOf(stage, place);
  const { target, problems } = resolveTarget({
    text: config.text,
    file: config.file,
    target: place.target,
    overrides: overridesOf(place),
    files: filesOf(stage.workspace),
  });
  const env = variablesOf(stage, place);
  // what could not be read cannot be said to lack a host
  const own = config.problems.length > 0 ? config.problems : problems;
  refuseProblems([
    ...stage.problems,
    ...own,
    ...fileProblems(filesOf(stage.workspace), target?.checks ?? []),
    ...keyProblems(place),
    ...env.problems,
    ...more(target),
    ...(target === undefined ? [] : notifyProblems(target, env.names, env.values)),
  ]);
  if (target === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'no target and no problem', next: 'Please report this.' });
  return target;
};
