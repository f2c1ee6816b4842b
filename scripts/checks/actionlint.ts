/** actionlint over every workflow: syntax, expressions, inputs and secrets of what is called, and shellcheck over what is run. */
import { spawnSync } from 'node:child_process';
import { pinned } from './programs.ts';
import { allWorkflows, inWorkflowProject } from './workflow-project.ts';

type Finding = { readonly message: string; readonly filepath: string; readonly line: number; readonly kind: string };

/** A line for each problem; a program that is missing is one. */
export const actionlintProblems = (given = allWorkflows()): Promise<readonly string[]> =>
  inWorkflowProject({ given, local: true }, ({ dir, origin }) => {
    const { path, problem } = pinned('actionlint');
    if (path === undefined) return [problem];
    const words = ['-format', '{{json .}}', '-shellcheck', 'shellcheck', '-pyflakes', ''];
    const { status, stdout, stderr } = spawnSync(path, words, { cwd: dir, encoding: 'utf8' });
    // 0: none, 1: some; anything else is a failure of the program
    if (status !== 0 && status !== 1) return [`actionlint ended with ${status}: ${stderr.trim()}`];
    const findings = JSON.parse(stdout) as readonly Finding[];
    return findings.map(({ filepath, line, kind, message }) => `${origin(filepath, line)}: ${message} [${kind}]`);
  });
