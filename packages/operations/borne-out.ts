import { posix } from 'node:path';
import type { Ran } from '#command';
import type { Test } from '#config';
import type { CommandReport } from '#plan';
import { exitCodes } from '#scan';
import type { ScanResults, TestResults } from '#scan';
import { isMake, recipeExit } from './make.ts';
import { oneProgram } from './one-program.ts';

type Asked = Test['run'][string];

/** What was read of a command's own reports. */
export type Own = {
  readonly tests: readonly Pick<TestResults, 'totals' | 'failures'>[];
  /** Of each scanner whether it found anything, and whether that alone fails its gate. */
  readonly scans: readonly (Pick<ScanResults, 'tool'> & { readonly found: boolean; readonly fails: boolean })[];
};

/** pytest's exit code where it has found no tests. docs.pytest.org/en/stable/reference/exit-codes.html */
const nothingCollected = 5;

/**
 * A command as its own reports bear it out; `why`: what its tool's exit code and report do not agree on. One without a tool is
 * explained by what makes the gate of tests red anyway, and by pytest that has found no tests: nothing else it failed for is hidden. So it is
 * where a command runs several programs: findings of one explain no exit code of another. What a line leads to that does not name its tool
 * (`make lint`) may be several, too: there only findings that fail their own gate explain it. Pure.
 */
export const borneOut = (
  { output: _, ...report }: Ran,
  { tool, command }: Pick<Asked, 'tool' | 'command'>,
  { tests, scans }: Own,
): { readonly report: CommandReport; readonly why?: string } => {
  const { name, outcome } = report;
  const exit = isMake(command) ? recipeExit(report.exit, report.tail) : report.exit;
  // what was ended from outside said nothing by how it ended
  if (outcome !== 'failed') return { report };
  const { findings }: { findings: readonly (number | string)[] } = exitCodes[tool ?? 'junit'];
  const told = findings.includes(exit);
  const failed = tests.some(({ totals, failures }) => totals.failed > 0 || failures.length > 0);
  const pytest = tool === 'junit' || /\bpy\.?test\b/.test(command);
  const none = exit === nothingCollected && pytest && tests.some(({ totals }) => totals.total === 0);
  const found = tool !== undefined && scans.some((one) => one.found);
  const sure = oneProgram(command);
  const named = [tool, ...scans.map((one) => one.tool)].some((name) => name !== undefined && names(command, name));
  const borne = found && (named || scans.some((one) => one.fails));
  // failed tests make their own gate red: nothing is hidden by them
  if ((told && failed) || (sure && (none || (told && borne)))) return { report: { ...report, outcome: 'explained' } };
  // tests are run below coverage, and its report does not say how they ended
  if (tool === undefined || (tool === 'coverage' && told)) return { report };
  const what =
    told && found
      ? sure
        ? `command ${name} does not name ${tool}: which program of what it runs exited with ${exit} is not known`
        : `command ${name} runs several programs, and which of them exited with ${exit} is not known`
      : told
        ? `command ${name} exited with ${exit}, as ${tool} does for what it finds, and its report has nothing`
        : `command ${name} ended with ${typeof exit === 'number' ? `exit code ${exit}` : exit}, which says nothing of what ${tool} found`;
  return { report: { ...report, outcome: 'unclear' }, why: what };
};

/** Does a command name this tool, and not a file or folder that is called after it? `semgrep oss` is semgrep; `--sarif` names no tool. */
const names = (command: string, tool: string): boolean => {
  const word = (tool.split(' ')[0] ?? '').replaceAll(/[^\w-]/g, '\\$&');
  return tool !== 'sarif' && new RegExp(`(?<![\\w-])${word}(?![\\w/-]|\\.\\w)`, 'i').test(command);
};

/** Does a command name this file, which is below the workspace like the folder that it runs in? Pure. */
export const namesFile = (command: string, file: string, folder: string): boolean => {
  const path = posix.relative(folder, file).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w./-])(?:\\./)?${path}(?![\\w/-]|\\.\\w)`).test(command);
};
