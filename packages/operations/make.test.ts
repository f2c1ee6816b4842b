import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { echoedBy, isMake, recipeExit, withoutEcho } from './make.ts';

const makefile = `PYTHON = python3
LINT := $(PYTHON) -m flake8
TWICE = a
TWICE = b
lint:
\techo start
\t-@echo silent
\t- echo of $(LINT) \\
\t    and $(PYTHON)
\techo $(TWICE) $(MAKE) $$HOME
`;

test('are the lines of recipes that are not silent, with the variables that surely have one value', () => {
  expect([...echoedBy(makefile)]).toEqual(['echo start', 'echo of python3 -m flake8 \\', '    and python3']);
  expect([...echoedBy('a:\n\t$(X)\n\t\nx.py:1:2: E225 no recipe\nLOOP = $(LOOP)\n\t$(LOOP)\n')]).toEqual([]);
});

test('what make really echoes is left out, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-make-'));
  try {
    writeFileSync(join(folder, 'Makefile'), makefile);
    const said = execFileSync('make', ['lint'], { cwd: folder, encoding: 'utf8' });
    expect(said).toContain('echo of python3 -m flake8 \\\n    and python3\n');
    let left = '';
    for await (const piece of withoutEcho(Readable.from([said]), echoedBy(makefile))) left += String(piece);
    // the line whose variables are not known stays, and so does all that commands said
    const last = said.split('\n').slice(-3, -1);
    expect(left.split('\n')).toEqual(['start', 'silent', 'of python3 -m flake8 and python3', ...last, '']);
    expect(last[0]).toMatch(/^echo b \S*make \$HOME$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a recipe that failed is what make ended for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-make-'));
  try {
    writeFileSync(join(folder, 'Makefile'), 'lint:\n\t@exit 1\nboth: lint other\nother:\n\t@exit 3\n');
    const ended = (...words: readonly string[]): number | null => {
      const { status, stderr } = spawnSync('make', words, { cwd: folder, encoding: 'utf8' });
      return recipeExit(status, stderr.trimEnd().split('\n'));
    };
    expect([ended('lint'), ended('other'), ended('none')]).toEqual([1, 3, 2]);
    // of two nobody knows which is meant
    expect(ended('--keep-going', 'both')).toBe(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const line = 'make: *** [Makefile:2: lint] Error 1';
  expect(recipeExit(1, [line])).toBe(1);
  expect(recipeExit('SIGKILL', [line])).toBe('SIGKILL');
  expect(recipeExit(2, [line, 'more'])).toBe(2);
  expect(recipeExit(2, [])).toBe(2);
});

test.each([
  ['make', true],
  ['make --silent lint', true],
  ['make lint; flake8', false],
  ['make lint || true', false],
  ['makeup', false],
  ['flake8 && make', false],
])('%j is make alone: %s', (command, alone) => {
  expect(isMake(command)).toBe(alone);
});
