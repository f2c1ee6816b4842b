import { findFiles } from '#command';
import type { Command, FoundFile } from '#command';
import type { Test } from '#config';
import { asCommitted } from '#git';

export type Tool = NonNullable<Test['run'][string]['tool']>;

/** A file that is asked for, and the command that it is of. */
type Asked = { readonly tool: Tool; readonly pattern: string; readonly command?: string };

export const askedOf = (test: Test): readonly Asked[] => [
  ...(['junit', 'sarif', 'coverage'] as const).flatMap((tool) => test[tool].map((pattern) => ({ tool, pattern }))),
  ...Object.entries(test.run).flatMap(([command, { tool, report }]) =>
    tool === undefined || report === undefined ? [] : [{ tool, pattern: report, command }],
  ),
];

/** A file as it is now: another one as soon as anybody has written to it. */
export const idOf = ({ path, stamp }: FoundFile): string => `${path} ${stamp}`;

/**
 * Files that would count as reports, and are none of this run: all that lie there before any command runs; where there are no commands,
 * because steps before have run the tools, those that are as the commit has them.
 */
export const leftovers = async (workspace: string, test: Test): Promise<ReadonlySet<string>> => {
  const found = (await Promise.all(askedOf(test).map(({ pattern }) => findFiles(workspace, pattern)))).flat();
  if (Object.keys(test.run).length > 0 || found.length === 0) return new Set(found.map(idOf));
  const committed = await asCommitted(workspace);
  return new Set(found.filter(({ path }) => committed.has(path)).map(idOf));
};

/**
 * Commands whose further tries overtake what the ones before have left: it is none of their reports, also where each try writes a file of a new
 * name. That is what a command's own `report` names, and where it is the only one, all; not what lay there when it began, nor what the
 * `report` of another names, too.
 */
export const overtaking = (
  workspace: string,
  test: Test,
  commands: readonly Command[],
): { readonly commands: readonly Command[]; readonly overtaken: ReadonlySet<string> } => {
  const overtaken = new Set<string>();
  const filesOf = async (whose: (command: string | undefined) => boolean): Promise<readonly string[]> => {
    const asked = askedOf(test).filter(({ command }) => whose(command));
    return (await Promise.all(asked.map(({ pattern }) => findFiles(workspace, pattern)))).flat().map(idOf);
  };
  const trying = (name: string): (() => Promise<void>) => {
    let before: ReadonlySet<string> | undefined;
    return async () => {
      const own = await filesOf((command) => command === name || (command === undefined && commands.length === 1));
      const others = await filesOf((command) => command !== undefined && command !== name);
      if (before === undefined) before = new Set(own);
      else for (const id of own) if (!before.has(id) && !others.includes(id)) overtaken.add(id);
    };
  };
  return {
    overtaken,
    commands: commands.map((one) => (one.retries === 0 ? one : { ...one, trying: trying(one.name) })),
  };
};
