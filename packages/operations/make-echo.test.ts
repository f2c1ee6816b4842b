import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { echoedBy, withoutEcho } from './make-echo.ts';

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
