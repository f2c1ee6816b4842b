import type { ActionDefinition, InputDefinition } from '#kit';
import { cell, table } from './markdown.ts';

const begin = '<!-- api:begin -->';
const end = '<!-- api:end -->';

/** A README with what stands between its two markers replaced by the tables of inputs and outputs. */
export const withApi = (readme: string, definition: ActionDefinition): string => {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`actions/${definition.name}/README.md: ${begin} … ${end} is missing`);
  return `${readme.slice(0, from + begin.length)}\n${api(definition)}\n${readme.slice(to)}`;
};

const api = ({ inputs, outputs }: ActionDefinition): string => {
  const shown = Object.entries(inputs).filter(([, input]) => input.kind !== 'hidden');
  return [
    '### Inputs',
    '',
    ...table(
      ['input', 'form', 'default', 'meaning'],
      shown.map(([name, input]) => [`\`${name}\``, form(input), fallback(input), cell(input.description)]),
    ),
    '',
    '### Outputs',
    '',
    ...table(
      ['output', 'meaning'],
      Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, cell(description)]),
    ),
  ].join('\n');
};

const form = (input: InputDefinition): string => {
  switch (input.kind) {
    case 'choice':
      return input.of.map((choice) => `\`${choice}\``).join(', ');
    case 'flag':
      return '`true` or `false`';
    case 'duration':
      return 'duration';
    case 'lines':
      return 'lines';
    case 'secret':
      return 'secret';
    case 'text':
    case 'hidden':
      return 'text';
  }
};

const fallback = (input: InputDefinition): string => {
  if ('required' in input && input.required) return '**required**';
  if ('evaluated' in input) return `\`${input.evaluated}\``;
  return 'default' in input ? `\`${input.default}\`` : '';
};
