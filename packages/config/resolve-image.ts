import type { Problem } from '#fault';
import { isMap } from './choose.ts';
import { file as fileSchema } from './definition/application.ts';
import { image as definition } from './definition/image.ts';
import type { Image } from './definition/image.ts';
import { validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

const texts = ['context', 'file', 'target', 'cache', 'sbom', 'builder'] as const;
const lists = ['platforms', 'tags'] as const;

/** What inputs of `build-image` say, as they are written; each beats the same key of the section `image`, `image` its `name`. */
export type ImageInputs = Readonly<
  Record<(typeof texts)[number] | 'image', string | undefined> &
    Record<(typeof lists)[number] | 'build-args', readonly string[]>
>;

type Key = keyof typeof definition.shape;

/** Further rules: what is wrong with a key's value, by key. */
export type ImageRules = Readonly<Partial<Record<Key, (value: unknown) => readonly Omit<Problem, 'where' | 'line'>[]>>>;

type Source = {
  readonly text?: string | undefined;
  readonly file: string;
  readonly inputs: ImageInputs;
  readonly rules: ImageRules;
};

/** What is to be built, and how it is named. */
export type NamedImage = Image & { readonly name: string };

/**
 * What is to be built, by landfall.yml and the inputs; or every problem that they have, each with its place. Without a name that is a
 * problem too: it could not be found again. Pure.
 */
export const resolveImage = ({
  text,
  file,
  inputs,
  rules,
}: Source): { image?: NamedImage; problems: readonly Problem[] } => {
  const { values, problems: unread } = valuesOf(inputs);
  const inputOf = (key: string): string => `input ${key === 'name' ? 'image' : key}`;
  const fromInputs = Object.entries(values).flatMap(([key, value]) => [
    ...validate(definition.shape[key as Key], value, { where: inputOf(key) }).problems,
  ]);
  const yaml = yamlSource(text ?? '', file);
  if (yaml.problems.length > 0) return { problems: [...yaml.problems, ...unread, ...fromInputs] };
  const content = yaml.value ?? {};
  const own = isMap(content) && isMap(content['image']) ? content['image'] : {};
  const merged: Readonly<Record<string, unknown>> = { ...own, ...values };
  const at = (key: string): Pick<Problem, 'where' | 'line'> =>
    key in values ? { where: inputOf(key) } : { where: file, line: yaml.line(['image', key]) };
  const ruled = Object.entries(rules).flatMap(([key, rule]) =>
    merged[key] === undefined ? [] : rule(merged[key]).map((problem) => ({ ...at(key), ...problem })),
  );
  const problems = [
    ...validate(fileSchema, content, { where: file, line: yaml.line }).problems,
    ...unread,
    ...fromInputs,
    ...ruled,
    ...(merged['name'] === undefined ? [nameless(file, text)] : []),
  ];
  const read = definition.safeParse(merged);
  if (problems.length > 0 || !read.success || read.data.name === undefined) return { problems };
  return { image: { ...read.data, name: read.data.name }, problems };
};

const nameless = (file: string, text: string | undefined): Problem => ({
  where: text === undefined ? 'input image' : file,
  what: 'the image has no name',
  next: text === undefined ? 'set image: registry.example.org/team/app' : 'add `name` to the section `image`, or set the input image', // prettier-ignore
});

type Values = Readonly<Partial<Record<Key, unknown>>>;

/** The inputs that are given, in the form of the file's keys. */
const valuesOf = (inputs: ImageInputs): { values: Values; problems: readonly Problem[] } => {
  const { args, problems } = argsOf(inputs['build-args']);
  const words = (lines: readonly string[]): readonly string[] =>
    lines.flatMap((line) => line.split(',').map((word) => word.trim())).filter((word) => word !== '');
  const values = (
    [
      ['name', inputs.image],
      ['build-args', args],
      ...texts.map((key): readonly [Key, unknown] => [key, inputs[key]]),
      ...lists.map((key): readonly [Key, unknown] => [key, words(inputs[key])]),
    ] as readonly (readonly [Key, unknown])[]
  ).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return { values: Object.fromEntries(values), problems };
};

/** `NAME=value` lines as a map; undefined where there are none. */
const argsOf = (
  lines: readonly string[],
): { args: Readonly<Record<string, string>> | undefined; problems: readonly Problem[] } => {
  const args = new Map<string, string>();
  const problems: Problem[] = [];
  const where = 'input build-args';
  for (const [at, line] of lines.entries()) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      problems.push({ where, what: `line ${at + 1} is no \`NAME=value\``, next: 'write it like PYTHON_VERSION=3.13' });
    else if (args.has(name)) problems.push({ where, what: `there are two arguments ${name}` });
    else args.set(name, value);
  }
  return { args: lines.length === 0 ? undefined : Object.fromEntries(args), problems };
};
