import type { Problem } from '#fault';
import { nearest, readDuration } from '#plan';
import type { ActionDefinition, InputDefinition, Inputs } from './definition.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that holds an input: as the runner names it, dashes kept. */
export const variable = (input: string): string => `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;

/** The inputs of an action from the environment, and everything that is wrong with them. Pure; nothing is thrown. */
export const readInputs = <D extends ActionDefinition>(
  definition: D,
  environment: Environment,
): { inputs: Inputs<D>; problems: readonly Problem[] } => {
  const problems: Problem[] = unknown(definition, environment);
  const values = Object.entries(definition.inputs).map(([name, input]): [string, unknown] => {
    const raw = environment[variable(name)] ?? '';
    const given = input.kind === 'secret' ? raw.replace(/(\r?\n)+$/, '') : raw.trim();
    const read = value(given === '' ? (fallback(input) ?? '') : given, input);
    if ('value' in read) return [name, read.value];
    problems.push({ where: `input ${name}`, ...read.problem });
    return [name, instead(input)];
  });
  // The types of the values follow from the definition, which TypeScript cannot see through fromEntries.
  return { inputs: Object.fromEntries(values) as Inputs<D>, problems };
};

/** What an input with a problem holds: its default; an empty text where one is required. */
const instead = (input: InputDefinition): unknown => {
  if ('required' in input && input.required) return '';
  const read = value(fallback(input) ?? '', input);
  return 'value' in read ? read.value : undefined;
};

const fallback = (input: InputDefinition): string | undefined => ('default' in input ? `${input.default}` : undefined);

type Read = { value: unknown } | { problem: Omit<Problem, 'where'> };

const value = (text: string, input: InputDefinition): Read => {
  switch (input.kind) {
    case 'lines':
      return {
        value: text
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      };
    case 'flag':
      if (/^(true|True|TRUE)$/.test(text)) return { value: true };
      if (/^(false|False|FALSE)$/.test(text)) return { value: false };
      return { problem: { what: `is ${quote(text)}; expected true or false` } };
    case 'duration': {
      if (text === '') return { value: undefined };
      const ms = readDuration(text);
      if (ms !== undefined) return { value: ms };
      const bare = /^\d+$/.test(text);
      const what = `is ${quote(text)}; expected a duration with its unit (ms, s, m, h or d)`;
      return { problem: { what, next: bare ? `write ${text}s if seconds are meant` : 'write it like 30s or 10m' } };
    }
    case 'choice': {
      if (text === '') return { value: undefined };
      if (input.of.includes(text)) return { value: text };
      const near = nearest(text, input.of);
      const what = `is ${quote(text)}; expected one of ${input.of.join(', ')}`;
      return { problem: { what, ...(near === undefined ? {} : { next: `did you mean ${near}?` }) } };
    }
    case 'text':
    case 'secret':
      if (text !== '') return { value: text };
      return input.required === true ? { problem: missing(input.kind) } : { value: undefined };
    case 'hidden':
      return { value: text };
  }
};

const missing = (kind: 'text' | 'secret'): Omit<Problem, 'where'> => ({
  what: 'is missing',
  next:
    kind === 'secret'
      ? 'set it from a secret of the repository or environment, and check its name'
      : 'set it under with:',
});

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** The runner passes on what it does not know either: the only way to see a mistyped input. */
const unknown = (definition: ActionDefinition, environment: Environment): Problem[] => {
  const shown = Object.entries(definition.inputs).flatMap(([name, input]) => (input.kind === 'hidden' ? [] : [name]));
  const known = new Set(Object.keys(definition.inputs).map(variable));
  return Object.keys(environment)
    .filter((name) => name.startsWith('INPUT_') && !known.has(name))
    .map((name) => {
      const input = name.slice('INPUT_'.length).toLowerCase();
      const near = nearest(input, shown);
      const next = near === undefined ? `inputs: ${shown.join(', ')}` : `did you mean ${near}?`;
      return { where: `input ${input}`, what: 'there is no such input', next };
    });
};
