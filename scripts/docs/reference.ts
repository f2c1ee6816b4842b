import { durationForm } from '#plan';
import type { JsonSchema } from './schema.ts';
import { cell, table } from './markdown.ts';

/** docs/reference/landfall-yml.md: every key with its form, default and meaning, from the same definition as the schema. */
export const reference = (schema: JsonSchema): string => {
  const sections = Object.entries(schema.properties ?? {});
  const deep = sections.flatMap(([name, key]) => {
    const inner = nested(key);
    return inner === undefined || name === 'targets' ? [] : [{ name, key, inner }];
  });
  return [
    '# landfall.yml',
    '',
    'Made from the definition that also validates the file, by `npm run docs`.',
    '',
    'The file describes the application and where it goes. Only `hosts` and `path` must be said, and they may be inputs of the action instead;',
    'an input beats the file. A duration is a whole number with its unit: `500ms`, `30s`, `10m`, `2h`, `7d`. An unknown key is an error.',
    '',
    'Editors complete and check the file with this first line:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=https://raw.githubusercontent.com/OWNER/landfall/v1/docs/reference/landfall.schema.json',
    '```',
    '',
    '## Top level',
    '',
    ...keys('', Object.fromEntries(sections)),
    ...deep.flatMap(({ name, key, inner }) => [
      '',
      `## ${name}`,
      '',
      key.description ?? '',
      '',
      ...keys(`${name}${inner.step}`, inner.properties, inner.required),
    ]),
    '',
    '## Several targets',
    '',
    '```yaml',
    'services:',
    '  web: { command: gunicorn site.wsgi, listen: 8000 }',
    'targets:',
    '  production: { hosts: { ssh: app@example.org }, path: /srv/app, url: https://example.org }',
    '  staging: { hosts: { ssh: app@staging.example.org }, path: /srv/app, keep: 2 }',
    '```',
    '',
    'A key under a target takes the place of the whole key at the top: the two are not merged. Without `targets` there is one, called `production`.',
    '',
  ].join('\n');
};

type Properties = NonNullable<JsonSchema['properties']>;

const keys = (prefix: string, properties: Properties, required: readonly string[] = []): readonly string[] =>
  table(['key', 'form', 'default', 'meaning'], rows(prefix, properties, required));

/** A row a key; below a section's own keys also those of maps within it. */
const rows = (prefix: string, properties: Properties, required: readonly string[]): readonly string[][] =>
  Object.entries(properties).flatMap(([name, key]) => {
    const path = `${prefix}${prefix === '' ? '' : '.'}${name}`;
    const row = [
      `\`${path}\``,
      cell(form(key)),
      required.includes(name) ? '**required**' : fallback(key),
      cell(key.description ?? ''),
    ];
    const inner = prefix === '' ? undefined : key.properties;
    return [row, ...(inner === undefined ? [] : rows(path, inner, key.required ?? []))];
  });

const fallback = ({ default: value }: JsonSchema): string => {
  if (value === undefined || (typeof value === 'object' && Object.keys(value ?? {}).length === 0)) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
};

/** The keys within a key: of a map, of each named map in a map, or of each item of a list. */
const nested = (key: JsonSchema): { step: string; properties: Properties; required: readonly string[] } | undefined => {
  const of = (inner: JsonSchema, step: string) =>
    inner.properties === undefined ? undefined : { step, properties: inner.properties, required: inner.required ?? [] };
  if (key.properties !== undefined) return of(key, '');
  if (key.items !== undefined) return of(key.items, '[]');
  return typeof key.additionalProperties === 'object' ? of(key.additionalProperties, '.<name>') : undefined;
};

/** The form of a value, in words. */
const form = (key: JsonSchema): string => {
  if (key.anyOf !== undefined) return [...new Set(key.anyOf.map(form))].join(' or ');
  if (key.$ref !== undefined || key.allOf !== undefined) return 'any value';
  if (key.const !== undefined) return `\`${JSON.stringify(key.const)}\``;
  if (key.enum !== undefined) return key.enum.map((value) => `\`${String(value)}\``).join(', ');
  switch (key.type) {
    case 'string':
      return key.pattern === durationForm.source ? 'duration' : 'text';
    case 'integer':
      return 'number';
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return `list of ${key.items?.properties === undefined ? form(key.items ?? {}) : 'maps'}`;
    case 'object':
      return typeof key.additionalProperties === 'object' ? 'map by name' : 'map';
    default:
      return 'any value';
  }
};
