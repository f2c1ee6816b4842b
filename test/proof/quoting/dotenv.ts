import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readEnvFile } from '#release';
import { hostileText, sample } from '../hostile.ts';
import type { Tally } from '../tally.ts';
import { grouped, through, type HostShell } from './shell.ts';

const text = (name: string): string =>
  readFileSync(new URL(`../../../packages/remote/${name}.sh`, import.meta.url), 'utf8');

/** Loads each file in a shell of its own, and prints the environment that its children get, or what was said instead. */
const program = `${text('common')}${text('dotenv')}
main() {
  for file do
    if (load_env "$file" && exec /usr/bin/env -0) 2>&1; then
      printf '@0\\0'
    else
      printf '\\0@%s\\0' "$?"
    fi
  done
}
main "$@"
`;

const files = 1000;

const entry = (canary: string): fc.Arbitrary<string> => {
  // names that a shell itself uses stand among them: reading a file must survive its variables
  const name = fc.oneof(
    fc.constantFrom('A', 'B', 'SECRET_KEY', 'a1', '_x', 'PATH', 'IFS', 'LC_ALL', 'PS1', 'ENV', 'CDPATH', 'HOME', 'dotenv_text', 'value'),
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/),
  ).filter((text) => !['OPTIND', 'LINENO', 'PPID', 'RANDOM', 'PWD', '_'].includes(text)); // prettier-ignore
  const raw = hostileText(canary);
  const single = raw.map((value) => `'${value.replaceAll("'", '')}'`);
  const double = raw.map((value) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  const bare = raw.map((value) => value.replaceAll(/[\r\n]/g, ' '));
  const loose = raw.map((value) => `"${value.replaceAll('"', '')}"`);
  const space = fc.constantFrom('', '', '', ' ', '\t', '  ');
  const value = fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 4, arbitrary: double },
    { weight: 4, arbitrary: bare },
    { weight: 2, arbitrary: loose },
  );
  const line = fc
    .tuple(fc.constantFrom('', '', 'export ', ' export\t', ' '), name, space, space, value, fc.constantFrom('', '', ' # said', '  ', '\r'))
    .map(([before, called, left, right, held, after]) => `${before}${called}${left}=${right}${held}${after}`); // prettier-ignore
  return fc.oneof(
    { weight: 30, arbitrary: line },
    { weight: 3, arbitrary: fc.constantFrom('', '# a comment', '   ', '#A=b', '\t# $(touch x)') },
    { weight: 1, arbitrary: raw },
  );
};

const file = (canary: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', '', '', '\ufeff'),
      fc.array(entry(canary), { maxLength: 6 }),
      fc.constantFrom('\n', '\n', '\r\n'),
      fc.boolean(),
    )
    .map(([mark, lines, end, last]) => mark + lines.join(end) + (last ? end : ''));

type Read = { readonly values: ReadonlyMap<string, string> } | { readonly refused: number };

const byLandfall = (content: string): Read => {
  const read = readEnvFile(content);
  if (!read.ok) return { refused: read.fault.problems?.[0]?.line ?? 0 };
  return { values: new Map(read.value.map(({ name, value }) => [name, value])) };
};

const byShell = (parts: readonly string[], code: string): Read => {
  if (code !== '0') return { refused: Number(/: line (\d+) is not/.exec(parts.join('\n'))?.[1] ?? -1) };
  return { values: new Map(parts.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])) };
}; // prettier-ignore

/** What a shell exports by itself. */
const own = new Set(['PATH', 'LC_ALL', 'HOME', 'PWD', 'OLDPWD', 'SHLVL', '_']);

const agree = (ours: Read, theirs: Read): boolean => {
  if ('refused' in ours || 'refused' in theirs)
    return 'refused' in ours && 'refused' in theirs && ours.refused === theirs.refused;
  const names = [...theirs.values.keys()].filter((name) => ours.values.has(name) || !own.has(name));
  return names.length === ours.values.size && names.every((name) => ours.values.get(name) === theirs.values.get(name));
};

/** `.env` files mean the same to the runner and to a host: the same names and values, or the same bad line. */
export const provesDotenv = async (shells: readonly HostShell[], cwd: string, canary: string, counts: Tally) => {
  const folder = join(cwd, 'env files');
  mkdirSync(folder);
  const contents = [...sample(file(canary), files, 5), `BIG='${'x'.repeat(100_000)}'\n`];
  const names = contents.map((content, at) => {
    const name = join(folder, `${at}.env`);
    writeFileSync(name, content);
    return name;
  });
  const ours = contents.map(byLandfall);
  for (const shell of shells) {
    const read: Read[] = [];
    for (const some of grouped(names, 100)) {
      const ran = await through(shell, some, program, { cwd });
      let parts: string[] = [];
      for (const part of ran.out.toString('utf8').split('\0').slice(0, -1)) {
        const code = /^@(\d+)$/.exec(part)?.[1];
        if (code === undefined) parts.push(part);
        else {
          read.push(byShell(parts, code));
          parts = [];
        }
      }
    }
    counts.held(`${shell.name}: every file is answered`, read.length === contents.length, () => `${read.length}`);
    for (const [at, mine] of ours.entries()) {
      const theirs = read[at] ?? { refused: -2 };
      counts.held(`${shell.name}, .env ${at}`, agree(mine, theirs), () =>
        [JSON.stringify(contents[at]), shown(mine), shown(theirs)].join('\n    '),
      );
    }
  }
  const values = ours.reduce((sum, one) => sum + ('values' in one ? one.values.size : 0), 0);
  const refused = ours.filter((one) => 'refused' in one).length;
  counts.line(
    `quoting: ${contents.length} .env files (${values} values, ${refused} files with a bad line) read alike by runner and both shells`,
  );
};

const shown = (read: Read): string =>
  'refused' in read ? `line ${read.refused} refused` : JSON.stringify([...read.values]);
