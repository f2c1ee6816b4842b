import { hitsOf } from './coverage-lines.ts';
import type { Coverage } from './coverage-lines.ts';
import { pathOf } from './path.ts';
import type { Troubles } from './report.ts';
import type { Ground, Source } from './results.ts';
import { oneLine } from './text.ts';
import { readXml } from './xml.ts';

/** Longest path of a source, in UTF-16 units. */
const longest = 4096;

/** Cobertura XML of coverage.py, jest, gcovr, Go: the lines of classes and of their methods. Gives the sources. */
export const readCobertura = async (
  source: Source,
  ground: Ground,
  found: Coverage,
  trouble: Troubles,
): Promise<readonly string[]> => {
  const sources: string[] = [];
  let written: string | undefined;
  let path: string | undefined;
  let inMethods = false;
  const says = { lines: 0, covered: Infinity };
  // lines of methods stand among those of their class once more
  const ofClasses = { lines: 0, covered: 0 };
  const ofMethods = { lines: 0, covered: 0 };
  const damage = await readXml(source, ['coverage'], {
    open: (name, attributes) => {
      if (name === 'coverage') {
        says.lines = hitsOf(attributes['lines-valid'] ?? '0');
        says.covered = attributes['lines-covered'] === undefined ? Infinity : hitsOf(attributes['lines-covered']);
      } else if (name === 'source') written = '';
      else if (name === 'methods') inMethods = true;
      else if (name === 'class') {
        const { filename = '' } = attributes;
        path = filename === '' ? undefined : pathOf(oneLine(filename), ground);
        if (path === undefined) trouble.add('has a class without a file name');
        else found.file(path);
      } else if (name === 'line' && path !== undefined) {
        const hits = hitsOf(attributes['hits']);
        const sums = inMethods ? ofMethods : ofClasses;
        sums.lines += 1;
        if (hits > 0) sums.covered += 1;
        found.line(path, hitsOf(attributes['number']), hits);
      }
    },
    text: (text) => {
      if (written !== undefined) written = (written + text).slice(0, longest);
    },
    close: (name) => {
      if (name === 'class') path = undefined;
      else if (name === 'methods') inMethods = false;
      else if (name === 'source' && written !== undefined) {
        if (written.trim() !== '') sources.push(pathOf(oneLine(written), ground));
        written = undefined;
      }
    },
  });
  if (damage !== undefined) trouble.add(damage);
  else found.compare('', ofClasses.lines > 0 ? ofClasses : ofMethods, says);
  return sources;
};
