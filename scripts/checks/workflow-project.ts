/**
 * Every workflow of the repository, laid out as one project that checkers can be pointed at: our own, the examples, and those in
 * documents. What they call of ours as OWNER/landfall is found in that project, so that inputs, secrets and outputs are compared.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { snippets } from './snippets.ts';
import type { Workflow } from './snippets.ts';

export type WorkflowProject = {
  /** A folder with `.github/workflows`, `actions/<name>/action.yml` and `action.yml`. */
  readonly dir: string;
  /** The workflows as they are in the repository, and the file of the project that each has become. */
  readonly workflows: readonly (Workflow & { readonly file: string })[];
  /** `path:line` in the repository of a line in a file of the project. */
  readonly origin: (file: string, line: number) => string;
};

/** Our own actions and workflows as they are called from elsewhere, and from the project itself. */
const called = /\bOWNER\/landfall\/((?:actions|\.github\/workflows)\/[\w./-]+)@v1\b/g;

/** All that there are. */
export const allWorkflows = (): readonly Workflow[] => {
  const examples = globSync('workflows-examples/**/*.yml').filter((path) => basename(path) !== 'landfall.yml');
  const files = [...globSync('.github/workflows/*.yml'), ...examples].sort();
  const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    encoding: 'utf8',
  });
  return [
    ...files.map((path) => ({ path, text: readFileSync(path, 'utf8'), first: 1 })),
    ...documents
      .split('\n')
      .filter((path) => path !== '')
      .flatMap((path) => snippets(path, readFileSync(path, 'utf8'))),
  ];
};

/** The file names that an action.yml says it runs: checkers look whether they are there, and dist/ may not be built. */
const programsOf = (action: string): readonly string[] => {
  const { runs } = parse(action) as { runs: Readonly<Record<string, unknown>> };
  return ['pre', 'main', 'post'].map((part) => runs[part]).filter((path) => typeof path === 'string');
};

/** A name that no other workflow of the project has: reusable ones keep theirs, for they are called by it. */
const nameOf = ({ path, first }: Workflow): string =>
  path.startsWith('.github/') ? basename(path) : `${path.replaceAll('/', '--').replace(/\.yml$/, '')}--${first}.yml`;

/** Makes the project of these workflows in a temporary folder, gives it to `use`, and removes it. `local`: calls of ours lead into the project. */
export const inWorkflowProject = async <T>(
  { given, local }: { readonly given: readonly Workflow[]; readonly local: boolean },
  use: (project: WorkflowProject) => T | Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-workflows-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  try {
    // how checkers know where a project begins
    mkdirSync(join(dir, '.git'));
    for (const path of ['action.yml', ...globSync('actions/*/action.yml')]) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      cpSync(path, join(dir, path));
      for (const program of programsOf(readFileSync(path, 'utf8'))) write(join(dirname(path), program), '');
    }
    const workflows = given.map((one) => ({ ...one, file: join(dir, '.github/workflows', nameOf(one)) }));
    const names = new Map(workflows.map((workflow) => [basename(workflow.file), workflow]));
    for (const [name, { text }] of names)
      write(join('.github/workflows', name), local ? text.replaceAll(called, './$1') : text);
    const origin = (file: string, line: number): string => {
      const workflow = names.get(basename(file));
      return workflow === undefined
        ? `${file.replace(`${dir}/`, '')}:${line}`
        : `${workflow.path}:${workflow.first + line - 1}`;
    };
    return await use({ dir, workflows, origin });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
