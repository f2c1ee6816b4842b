import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What the contexts of GitHub's expressions hold, as far as defaults of inputs use them. */
export type Contexts = {
  readonly 'job.status': string;
  readonly 'github.token': string;
  readonly 'toJSON(matrix)': string;
};

const evaluated = (text: string, contexts: Contexts): string =>
  text.replace(/\$\{\{\s*([\w.()-]+)\s*\}\}/g, (_, name: string) => {
    if (Object.hasOwn(contexts, name)) return contexts[name as keyof Contexts];
    throw new Error(`this runner does not know the expression ${name}`);
  });

/**
 * The environment that an action's inputs become: defaults of `actions/<name>/action.yml` below `root`, then what `with` says.
 * Inputs that action.yml does not name are passed on all the same, as the runner does.
 */
export const inputVariables = (
  root: string,
  action: string,
  given: Readonly<Record<string, string>>,
  contexts: Contexts,
): Record<string, string> => {
  const file = join(root, 'actions', action, 'action.yml');
  const definition = (existsSync(file) ? parse(readFileSync(file, 'utf8')) : {}) as {
    inputs?: Record<string, { default?: string | number | boolean } | null>;
  };
  const defaults = Object.entries(definition.inputs ?? {}).map(([name, input]) => [name, String(input?.default ?? '')]);
  const inputs = { ...(Object.fromEntries(defaults) as Record<string, string>), ...given };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      evaluated(value, contexts),
    ]),
  );
};
