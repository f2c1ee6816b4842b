/** zizmor over every workflow and action.yml: rights that are too wide, input that reaches a shell, what is not pinned. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pinned } from './programs.ts';
import { allWorkflows, inWorkflowProject } from './workflow-project.ts';

type Finding = {
  readonly ident: string;
  readonly desc: string;
  readonly locations: readonly {
    readonly symbolic: {
      readonly key: { readonly Local: { readonly verbatim_path: string } };
      readonly annotation: string;
      readonly kind: string;
    };
    readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
  }[];
};

/** A line for each finding; a program that is missing is one. It goes to no network. */
export const zizmorProblems = (given = allWorkflows()): Promise<readonly string[]> =>
  inWorkflowProject({ given, local: false }, ({ dir, origin }) => {
    const { path, problem } = pinned('zizmor');
    if (path === undefined) return [problem];
    const config = resolve('.github/zizmor.yml');
    const how = ['--offline', '--quiet', '--strict-collection', '--no-exit-codes', '--format', 'json-v1'];
    const { status, stdout, stderr } = spawnSync(path, [...how, '--config', config, '.'], {
      cwd: dir,
      encoding: 'utf8',
    });
    if (status !== 0) return [`zizmor ended with ${status}: ${stderr.trim()}`];
    return (JSON.parse(stdout) as readonly Finding[]).map(({ ident, desc, locations }) => {
      const at = locations.find(({ symbolic }) => symbolic.kind === 'Primary') ?? locations[0];
      if (at === undefined) return `${desc} [${ident}]`;
      const place = origin(at.symbolic.key.Local.verbatim_path, at.concrete.location.start_point.row + 1);
      return `${place}: ${desc}: ${at.symbolic.annotation} [${ident}]`;
    });
  });
