/** What documents show of workflows: examples whole, as they are run by tests, and what the reusable ones take and give. */
import { parse } from 'yaml';
import { cell, table } from './markdown.ts';

type Named<T> = Readonly<Record<string, T>>;
type Reusable = {
  readonly on: {
    readonly workflow_call: {
      readonly inputs: Named<{ description: string; type: string; default?: string | boolean }>;
      readonly secrets: Named<{ description: string; required: boolean }>;
      readonly outputs: Named<{ description: string }>;
    };
  };
};

const fallback = (value: string | boolean | undefined): string =>
  value === undefined || value === '' ? '' : `\`${String(value)}\``;

const contract = (text: string): string => {
  const { inputs, secrets, outputs } = (parse(text) as Reusable).on.workflow_call;
  return [
    ...table(
      ['input', 'form', 'default', 'meaning'],
      Object.entries(inputs).map(([name, input]) => [
        `\`${name}\``,
        input.type,
        fallback(input.default),
        cell(input.description),
      ]),
    ),
    '',
    ...table(
      ['secret', 'meaning'],
      Object.entries(secrets).map(([name, { description }]) => [`\`${name}\``, cell(description)]),
    ),
    '',
    ...table(
      ['output', 'meaning'],
      Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, cell(description)]),
    ),
  ].join('\n');
};

const example = (path: string, text: string): string =>
  `\`\`\`${path.endsWith('.yml') ? 'yaml' : 'ini'}\n# ${path}\n${text.trimEnd()}\n\`\`\``;

const marker = /<!-- begin (?:example (?<example>\S+)|contract (?<contract>\S+)) -->\n[^]*?<!-- end -->/g;

/** The document with what stands between `<!-- begin example PATH -->` or `<!-- begin contract PATH -->` and `<!-- end -->` made anew. */
export const withWorkflows = (document: string, read: (path: string) => string): string =>
  document.replaceAll(marker, (whole, ...rest) => {
    const groups = rest.at(-1) as { example?: string; contract?: string };
    const [first = ''] = whole.split('\n');
    const body =
      groups.example === undefined
        ? contract(read(groups.contract ?? ''))
        : example(groups.example, read(groups.example));
    return `${first}\n\n${body}\n\n<!-- end -->`;
  });
