import { z } from 'zod';
import type { Problem } from '#fault';
import { nearest } from '#plan';

/** Where values come from: the name of a file or input, and the line of a key in it. */
export type Place = { readonly where: string; readonly line?: (path: readonly PropertyKey[]) => number };

/** A value of the schema's form, or every problem that it has, in the order of their lines. */
export const validate = <T extends z.ZodType>(
  schema: T,
  value: unknown,
  place: Place,
): { value?: z.output<T>; problems: readonly Problem[] } => {
  const read = schema.safeParse(value);
  if (read.success) return { value: read.data, problems: [] };
  const problems = read.error.issues.flatMap((issue) => problemsOf(issue, schema, place));
  return { problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
};

const problemsOf = (issue: z.core.$ZodIssue, schema: z.ZodType, place: Place): Problem[] => {
  const at = (path: readonly PropertyKey[], what: string, next?: string): Problem => ({
    where: place.where,
    ...(place.line === undefined ? {} : { line: place.line(seenAt(issue, path)) }),
    what,
    ...(next === undefined ? {} : { next }),
  });
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const next = near === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`;
      return at([...issue.path, key], `${spell([...issue.path, key])}: there is no such key`, next);
    });
  }
  const meant = issue.code === 'invalid_union' ? branch(issue) : undefined;
  if (meant !== undefined)
    return meant.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, place));
  if (issue.code === 'invalid_key')
    return [at(issue.path, `${spell(issue.path)}: ${issue.issues[0]?.message ?? issue.message}`)];
  return [at(issue.path, `${issue.path.length === 0 ? '' : `${spell(issue.path)}: `}${meaning(issue)}`)];
};

/** What is wrong with the one form of several that the value has, where it has one. */
const branch = ({ message, errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | undefined => {
  if (message !== 'Invalid input') return undefined;
  const near = errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
  return near.length === 1 ? near[0] : undefined;
};

/** The key that a problem is seen at: another one beside it, where a rule names it in `params.line`. */
const seenAt = (issue: z.core.$ZodIssue, path: readonly PropertyKey[]): readonly PropertyKey[] => {
  const { line } = (issue.code === 'custom' ? issue.params : undefined) ?? {};
  return Array.isArray(line) ? [...path.slice(0, -1), ...(line as readonly PropertyKey[])] : path;
};

/** zod's own words where the definition has none, made plain. */
const meaning = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    return issue.input === undefined && /received undefined/.test(issue.message)
      ? 'is missing'
      : `expected ${names[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_union') return issue.message === 'Invalid input' ? 'has the wrong form' : issue.message;
  return issue.message;
};

const names: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

/** `targets.staging.smoke[0].max` */
const spell = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text === '' ? '' : '.'}${String(key)}`),
    '',
  );

/** The keys that an object at this path of the schema may have. */
const keysAt = (schema: z.ZodType, path: readonly PropertyKey[]): string[] => {
  let here: unknown = bare(schema);
  for (const key of path) {
    here = mapOf(here);
    if (here instanceof z.ZodObject) here = bare(here.shape[String(key)]);
    else if (here instanceof z.ZodRecord) here = bare(here.valueType);
    else if (here instanceof z.ZodArray) here = bare(here.element);
    else return [];
  }
  here = mapOf(here);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
};

/** Of several forms, the map of keys. */
const mapOf = (schema: unknown): unknown =>
  schema instanceof z.ZodUnion ? schema.options.map(bare).find((one) => one instanceof z.ZodObject) : schema;

/** A schema without what is wrapped around it: optional, default, transform. */
export const bare = (schema: unknown): unknown => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap());
  if (schema instanceof z.ZodPipe) return bare(schema.in);
  return schema;
};
