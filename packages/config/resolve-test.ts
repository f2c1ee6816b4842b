import type { Problem } from '#fault';
import { isMap } from './choose.ts';
import { file as fileSchema } from './definition/application.ts';
import { test } from './definition/test.ts';
import type { Test } from './definition/test.ts';
import { validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

const lists = ['run', 'junit', 'sarif', 'coverage', 'forbid', 'allow-incomplete'] as const;
const floors = ['coverage-min', 'changed-coverage-min'] as const;
const texts = [...floors, 'fail-on', 'allow-empty', 'compare-tests', 'ignore-file', 'base'] as const;

/** What inputs of `test-and-scan` say, as they are written (`run`: `name: command` lines); each beats the same key of the file. */
export type TestInputs = Readonly<
  Record<(typeof lists)[number], readonly string[]> & Record<(typeof texts)[number], string | undefined>
>;

type Source = { readonly text?: string | undefined; readonly file: string; readonly inputs: TestInputs };

/**
 * What is to be run, read and demanded, by landfall.yml and the inputs; or every problem that they have, each with its place.
 * Where neither names anything, that is a problem too: nothing would be judged. Pure.
 */
export const resolveTest = ({ text, file, inputs }: Source): { test?: Test; problems: readonly Problem[] } => {
  const given = valuesOf(inputs);
  const problems = [...given.problems];
  for (const [key, value] of Object.entries(given.values))
    problems.push(...validate(test.shape[key as keyof TestInputs], value, { where: `input ${key}` }).problems);
  const yaml = yamlSource(text ?? '', file);
  if (yaml.problems.length > 0) return { problems: [...yaml.problems, ...problems] };
  const content = yaml.value ?? {};
  const own = isMap(content) && isMap(content['test']) ? content['test'] : undefined;
  problems.unshift(...validate(fileSchema, content, { where: file, line: yaml.line }).problems);
  if (problems.length > 0) return { problems };
  if (own === undefined && Object.keys(given.values).length === 0) return { problems: [nothing(file, text)] };
  const read = test.parse({ ...own, ...given.values });
  const at = (key: string): Pick<Problem, 'where' | 'line'> =>
    key in given.values ? { where: `input ${key}` } : { where: file, line: yaml.line(['test', key]) };
  const unread = floors.filter((key) => read[key] !== undefined && !measures(read));
  return unread.length === 0
    ? { test: read, problems: [] }
    : {
        problems: unread.map((key) => ({
          ...at(key),
          what: `${key}: no file says what the coverage is`,
          next: 'name it with `coverage`, like coverage.xml',
        })),
      };
};

const measures = ({ coverage, run }: Test): boolean =>
  coverage.length > 0 || Object.values(run).some(({ tool }) => tool === 'coverage');

const nothing = (file: string, text: string | undefined): Problem => ({
  where: text === undefined ? 'input run' : file,
  what: 'nothing is named that is to be run, read or demanded',
  next:
    text === undefined
      ? 'set run: "unit: pytest", or junit, sarif or coverage where a step before has run the tools'
      : 'add a section `test`, or set the input run',
});

type Values = Readonly<Partial<Record<keyof TestInputs, unknown>>>;

/** The inputs that are given, in the form of the file's keys. */
const valuesOf = (inputs: TestInputs): { values: Values; problems: readonly Problem[] } => {
  const { commands, problems } = commandsOf(inputs.run);
  const values = [
    ...lists.map((key) => [key, key === 'run' ? commands : inputs[key]] as const),
    ...texts.map((key) => [key, reading[key]?.(inputs[key]) ?? inputs[key]] as const),
  ].filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return { values: Object.fromEntries(values), problems };
};

/** What is no number stays as it is, and is told so by the definition. */
const numberOf = (text = ''): number | undefined => {
  const bare = text.replace(/\s*%$/, '');
  return /^\d+(\.\d+)?$/.test(bare) ? Number(bare) : undefined;
};

/** Texts of inputs that are something else in the file. */
const reading: Readonly<Partial<Record<keyof TestInputs, (text: string | undefined) => unknown>>> = {
  'coverage-min': numberOf,
  'changed-coverage-min': numberOf,
  'allow-empty': (text) => (text === undefined ? undefined : text === 'true'),
};

/** `name: command` lines as a map; undefined where there are none. */
const commandsOf = (
  lines: readonly string[],
): { commands: Readonly<Record<string, string>> | undefined; problems: readonly Problem[] } => {
  const commands = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [at, line] of lines.entries()) {
    const [, name, command] = /^([^:]*[^:\s])\s*:\s+(\S.*)$/.exec(line) ?? [];
    if (name === undefined || command === undefined)
      problems.push({
        where: 'input run',
        what: `line ${at + 1} is no \`name: command\``,
        next: 'write it like `unit: pytest`',
      });
    else if (commands.has(name)) problems.push({ where: 'input run', what: `there are two commands ${name}` });
    else commands.set(name, command);
  }
  return { commands: lines.length === 0 ? undefined : Object.fromEntries(commands), problems };
};
