/** What a step's `with:` says wrong, as the action itself would find. */
import type { ActionDefinition } from '#kit';
import { readInputs, variable } from '../../packages/kit/read-inputs.ts';

/** An expression as the runner leaves it: some text. */
const evaluated = (value: unknown): string => String(value).replaceAll(/\$\{\{.*?\}\}/g, 'evaluated');

export const inputProblems = (
  action: ActionDefinition,
  given: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const environment = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [variable(name), evaluated(value)]),
  );
  return readInputs(action, environment).problems.map(({ where, what, next }) =>
    `${where} ${what} ${next ?? ''}`.trim(),
  );
};
