import { pathOf } from './path.ts';
import type { Ground } from './results.ts';

type Place = { readonly file: string; readonly line: number };

/** Of code that the tests use, not the tests' own. */
const foreign = /(^|\/)(node_modules|site-packages|dist-packages)\//;

/** pytest's `tests/test_a.py:12: Error`; Python's `File "…", line 12`; jest's `at name (/…/a.test.js:12:5)`. */
const forms = [
  /^(?:E\s+)?([^\s:"'()]+\.py):(\d+): /,
  /^\s*File "([^"]+)", line (\d+)/,
  /^\s*at (?:[^()]* \()?(?:file:\/\/)?([^\s():]+):(\d+):\d+\)?$/,
];

/** Where a test failed, as its last lines say it: the last place that is within the workspace. */
export const placeIn = (lines: readonly string[], ground: Ground): Place | undefined =>
  lines
    .flatMap((text): Place[] =>
      forms.flatMap((form) => {
        const [, path, line] = form.exec(text) ?? [];
        if (path === undefined || line === undefined) return [];
        const file = pathOf(path, ground);
        return /^(\/|\.\.|node:|[A-Za-z]:\/)/.test(file) || foreign.test(file) ? [] : [{ file, line: Number(line) }];
      }),
    )
    // of JavaScript the first line is the innermost, of Python the last
    .at(lines.some((text) => /^\s*at /.test(text)) ? 0 : -1);
