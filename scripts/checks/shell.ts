/** shellcheck over every shell text: programs for hosts as they are sent, with what is put in front of them; other files alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unitsProgram } from '#setup';
import { ended } from './programs.ts';

/** Every text in what a module exports, however deep it lies. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  // Several programs one after the other, each of which ends with `main "$@"`.
  if (Buffer.isBuffer(value)) return value.toString('utf8').split(/(?<=^main "\$@"\n)/m);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

type File = { readonly name: string; readonly text: string };

/** Where a line of a text that is files one after the other comes from. */
const origin = (text: string, files: readonly File[], line: number): string => {
  const parts = files
    .map((file) => ({ name: file.name, at: text.indexOf(file.text) }))
    .filter(({ at }) => at >= 0)
    .map(({ name, at }) => ({ name, first: text.slice(0, at).split('\n').length }))
    .sort((a, b) => b.first - a.first);
  const part = parts.find(({ first }) => first <= line);
  return part === undefined ? `line ${line}` : `${part.name}:${line - part.first + 1}`;
};

/** "appears unused": of functions put in front of several programs, a fault only where none of these uses what they set. */
const unused = /: SC2034 /;

const shellcheck = async (text: string, where: (line: number) => string): Promise<readonly string[]> => {
  const { stdout } = await ended('shellcheck', ['-s', 'sh', '-f', 'json1', '-'], text);
  const { comments } = JSON.parse(stdout) as { comments: { line: number; code: number; message: string }[] };
  return comments.map(({ line, code, message }) => `${where(line)}: SC${code} ${message}`);
};

/** Problems of all shell files of the repository; a missing shellcheck is one. */
export const shellProblems = async (): Promise<readonly string[]> => {
  if (spawnSync('shellcheck', ['--version']).error !== undefined)
    return ['shellcheck is missing: sudo apt-get install shellcheck (scripts/tools installs all that tests need)'];
  const files = globSync('packages/remote/*.sh').map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const modules = globSync('packages/remote/*.ts').filter((name) => !name.endsWith('.test.ts'));
  const exported = await Promise.all(modules.map((name) => import(resolve(name)) as Promise<object>));
  const sent = [...new Set(exported.flatMap(textsIn))].filter((text) => files.some((file) => text.includes(file.text)));
  const orphans = files.filter(({ text }) => !sent.some((whole) => whole.includes(text)));
  // root's program is sent as one text, too
  const parts = ['directives.sh', 'site.sh'].map((name) => ({
    name: `packages/setup/${name}`,
    text: readFileSync(`packages/setup/${name}`, 'utf8'),
  }));
  const others = execFileSync(
    'git',
    ['ls-files', '*.sh', '.ci/run', 'scripts/lab', 'scripts/pinned', 'scripts/tools'],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .filter(
      (name) =>
        name !== '' && !/^(packages\/remote\/|dist\/|packages\/setup\/(?:directives|site|units)\.sh)/.test(name),
    );
  const said: (readonly string[])[] = [];
  for (const text of sent) said.push(await shellcheck(text, (line) => origin(text, files, line)));
  const alone = [await shellcheck(unitsProgram, (line) => origin(unitsProgram, parts, line))];
  for (const name of others) alone.push(await shellcheck(readFileSync(name, 'utf8'), (line) => `${name}:${line}`));
  const everywhere = (problem: string) =>
    files
      .filter(({ name }) => problem.startsWith(`${name}:`))
      .every((file) => sent.every((text, at) => !text.includes(file.text) || said[at]?.includes(problem)));
  return [
    ...new Set([
      ...said.flat().filter((problem) => !unused.test(problem) || everywhere(problem)),
      ...alone.flat(),
      ...orphans.map(({ name }) => `${name}: part of no program that packages/remote exports`),
    ]),
  ];
};
