import { z } from 'zod';
import { severities } from '#plan';
import { duration, insidePath, oneLine, variableName } from './values.ts';

/** Tools whose output is read, and by what a command is judged that names one. */
export const readers = ['junit', 'sarif', 'bandit', 'pip-audit', 'safety', 'flake8', 'black', 'coverage'] as const;

const severity = z.enum(severities);

const percent = z.number().min(0).max(100);

const patterns = z.union([insidePath, z.array(insidePath)]).transform((one) => (typeof one === 'string' ? [one] : one));

/** What runs: one line of bash, or several. Short enough to travel as one word of a command line (128 KiB on Linux), whatever its letters are. */
const script = z
  .string()
  .max(32_768)
  .regex(/^[^\0\r]*$/, 'a command may not hold a NUL or a carriage return')
  .regex(/\S/, 'expected a command')
  .transform((text) => text.trimEnd())
  .describe('Bash: a line, or several.');

/** Tools that a command's output can be read of, where it leaves no file. */
const spoken: readonly string[] = ['flake8', 'black'];

/** A command and what it leaves. */
const command = z
  .strictObject({
    command: script.describe(
      'What runs: bash, one line or several, as in a `run:` step (`-e -o pipefail`): the first line that fails ends it.',
    ),
    directory: insidePath.prefault('.').describe('Where it runs, in the repository.'),
    env: z
      .record(variableName, z.string())
      .default({})
      .describe("Environment variables that it gets beside the step's own."),
    timeout: duration.prefault('20m').describe('How long it may take; then it and all that it started is ended.'),
    retries: z
      .int()
      .min(0)
      .max(5)
      .default(0)
      .describe('How often it is tried again after it has failed: for what is known to be flaky. The summary says so.'),
    tool: z
      .enum(readers)
      .optional()
      .describe('What writes `report`. Then its exit code for findings is judged by them, and by `fail-on`.'),
    report: insidePath
      .optional()
      .describe('The file that it leaves. Without one, a tool that can is read from its output.'),
    'fail-on': severity.optional().describe('In place of the general `fail-on`, for what this command finds.'),
  })
  .refine(({ tool, report }) => report === undefined || tool !== undefined, {
    path: ['report'],
    error: `needs \`tool\`, which says how it is read: ${readers.join(', ')}`,
  })
  .refine(({ tool, report }) => tool === undefined || report !== undefined || spoken.includes(tool), {
    path: ['tool'],
    error: `needs \`report\`, the file that the command leaves: only ${spoken.join(' and ')} are read from what they say`,
  });

/** Commands by their names. */
export const commands = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, 'expected a short name of letters, digits, spaces and . _ -'),
  z.union([script.transform((text) => command.parse({ command: text })), command]),
);

const forbid = z.strictObject({
  words: z
    .array(oneLine)
    .default([])
    .describe('Words that may not stand in the code, like TODO; whole words, as they are written.'),
  debug: z
    .boolean()
    .default(false)
    .describe(
      'Whether debugging code is refused: `breakpoint()`, `pdb.set_trace()`, `console.log(`, `debugger;` and such.',
    ),
  in: z.enum(['changed', 'all']).default('changed').describe('Lines that the change adds or alters, or all lines.'),
  files: z.array(insidePath).default([]).describe('Only in these (patterns). If not given: in all text files.'),
});

const version = z.strictObject({
  file: insidePath.describe(
    'The file that holds the version: pyproject.toml, package.json, a `VERSION` file, or a Python file with `__version__`.',
  ),
});

/** What `test-and-scan` runs, reads and demands. */
export const test = z.strictObject({
  prepare: z
    .array(script)
    .default([])
    .describe('Bash that runs before, one entry after the other: what installs dependencies and scanners.'),
  run: commands.default({}).describe('Commands by name: they run side by side.'),
  junit: patterns.default([]).describe('JUnit XML files of the tests (patterns).'),
  sarif: patterns.default([]).describe('SARIF files of scanners (patterns).'),
  coverage: patterns.default([]).describe('Coverage files (patterns): Cobertura XML, LCOV or JSON of coverage.py.'),
  'coverage-min': percent.optional().describe('The least coverage of all lines, in percent.'),
  'changed-coverage-min': percent
    .optional()
    .describe('The least coverage of the lines that the change adds or alters, in percent.'),
  'coverage-omit': patterns
    .default([])
    .describe(
      'Files that need not be measured (patterns): changed code that the coverage files do not know, such as scripts, makes `changed-coverage-min` incomplete, or counts as not run.',
    ),
  'fail-on': severity
    .default('low')
    .describe('The least severity of a finding that fails the verdict: critical, high, medium, low or note.'),
  'allow-empty': z
    .boolean()
    .default(false)
    .describe('Whether it is fine that no test ran although tests were asked for.'),
  'allow-incomplete': z
    .array(oneLine)
    .default([])
    .describe('Gates and tools that may be incomplete, by name. All others that could not be checked fail.'),
  'compare-tests': z
    .enum(['auto', 'required', 'off'])
    .default('auto')
    .describe(
      'Whether tests that the base branch had, and that are gone or skipped now, fail. `auto`: where a list of its tests is known that this commit has come from.',
    ),
  forbid: z
    .union([z.array(oneLine).transform((words) => forbid.parse({ words })), forbid])
    .optional()
    .describe('What may not stand in the code: words, debugging code.'),
  secrets: z.boolean().default(true).describe('Whether env files and secrets in tracked files fail.'),
  pinned: z
    .array(insidePath)
    .default([])
    .describe('Requirements files whose every line must name one exact version (patterns).'),
  version: version
    .optional()
    .describe(
      'Whose version must be higher than that of the base branch, and in a run for a tag than that of the tag before.',
    ),
  'ignore-file': insidePath
    .optional()
    .describe(
      'Findings that are excepted, each with reason, owner and expiry. `.landfall-ignore.yml` if there is one.',
    ),
  base: oneLine
    .optional()
    .describe(
      'The branch that changes are compared with. If not given: that of the pull request, else the default branch; on that one itself, the commit before.',
    ),
  cache: z
    .array(z.enum(['pip', 'uv', 'npm']))
    .default([])
    .describe(
      'Package caches that are kept between runs, by their lock files. Runs of pull requests read them and never write.',
    ),
});

export type Test = z.output<typeof test>;
