/** Documents are taken at their word: snippets parse and resolve, links lead somewhere, commands and files exist. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { resolveTarget } from '#config';
import type { ReadFile } from '#config';
import { actions } from '../../scripts/docs/actions.ts';
import { inputProblems } from './inputs.ts';
import { anchors, codes, fences, links } from './markdown.ts';
import { withSummary } from './summary-example.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = execFileSync(
  'git',
  ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

type Map_ = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Map_ => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every YAML snippet, parsed, and where it stands. */
const snippets = documents.flatMap((path) =>
  fences(read(path))
    .filter(({ language }) => language === 'yaml' || language === 'yml')
    .map(({ body, line }) => ({ at: `${path}:${line}`, body })),
);

/** The files that a document shows: blocks whose first line is a comment with the path. */
const filesIn =
  (document: string): ReadFile =>
  (path) => {
    const found = fences(read(document)).find(({ body }) => {
      const [first = ''] = body.split('\n', 1);
      return first === `# ${path}` || (first.startsWith('# ') && first.endsWith(`/${path}`));
    });
    return found === undefined ? `${document} does not show ${path}` : Buffer.from(found.body);
  };

/** The steps of a workflow, of its jobs alone, or of a list of steps. */
const stepsOf = (content: unknown): readonly Map_[] => {
  if (Array.isArray(content)) return content.filter(isMap);
  if (!isMap(content) || !isMap(content['jobs'])) return [];
  return Object.values(content['jobs']).flatMap((job) =>
    isMap(job) && Array.isArray(job['steps']) ? job['steps'].filter(isMap) : [],
  );
};

const steps = (): readonly { readonly at: string; readonly step: Map_ }[] =>
  snippets.flatMap(({ at, body }) => stepsOf(parse(body)).map((step) => ({ at, step })));

test('there are documents with snippets', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/on-a-host.md']),
  );
  expect(snippets.length).toBeGreaterThan(8);
});

describe('a YAML snippet', () => {
  test.each(snippets)('$at is a workflow, steps or a landfall.yml', ({ at, body }) => {
    const content: unknown = parse(body);
    if (stepsOf(content).length > 0 || content === null) return;
    // jobs that call a workflow have no steps: the checkers of `npm run check` know what these must be
    if (isMap(content) && isMap(content['jobs'])) return;
    const names = isMap(content) && isMap(content['targets']) ? Object.keys(content['targets']) : [undefined];
    // a snippet may leave the host to another one; it may not be wrong
    const whole = isMap(content) && 'hosts' in content && 'path' in content;
    const overrides = whole ? {} : { host: 'deploy@example.org', path: '/srv/app' };
    for (const target of names) {
      const files = filesIn(at.split(':', 1)[0] ?? '');
      const { problems } = resolveTarget({ text: body, file: 'landfall.yml', target, overrides, files });
      expect(problems).toEqual([]);
    }
  });

  test('of the README is a landfall.yml that needs no input', () => {
    const [text = ''] = snippets
      .filter(({ at, body }) => at.startsWith('README.md:') && /^path:/m.test(body))
      .map(({ body }) => body);
    const { target, problems } = resolveTarget({ text, file: 'landfall.yml', overrides: {} });
    expect(problems).toEqual([]);
    expect(target?.services).toHaveLength(1);
    expect(target?.pins).not.toBe('');
  });

  test('calls actions by commit, ours by name and with inputs that they have', () => {
    const problems = steps().flatMap(({ at, step }) => {
      const uses = step['uses'];
      if (typeof uses !== 'string')
        return typeof step['run'] === 'string' ? [] : [`${at}: a step neither uses nor runs`];
      const own = /^OWNER\/landfall\/actions\/([a-z-]+)@v1$/.exec(uses)?.[1];
      if (own === undefined)
        return /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses) ? [] : [`${at}: ${uses} is not pinned by commit`];
      const action = actions.find(({ name }) => name === own);
      if (action === undefined) return [`${at}: there is no action ${own}`];
      const given = isMap(step['with']) ? step['with'] : {};
      return inputProblems(action, given).map((problem) => `${at}: ${own}: ${problem}`);
    });
    expect(problems).toEqual([]);
    expect(steps().length).toBeGreaterThan(10);
  });

  test('says which rights a whole workflow takes', () => {
    const wide = snippets
      .map(({ at, body }) => ({ at, content: parse(body) as unknown }))
      .filter(({ at, content }) => at.startsWith('README.md:') && isMap(content) && isMap(content['jobs']))
      .filter(({ content }) => {
        const { permissions, jobs } = content as { permissions?: unknown; jobs: Map_ };
        const all = [permissions, ...Object.values(jobs).map((job) => (isMap(job) ? job['permissions'] : undefined))];
        return !all
          .slice(1)
          .every((own) => isMap(own ?? permissions) && JSON.stringify(own ?? permissions) === '{"contents":"read"}');
      });
    expect(wide.map(({ at }) => at)).toEqual([]);
  });
});

describe('a document', () => {
  test.each(documents)('%s links to what exists', (path) => {
    const dead = links(read(path))
      .filter((link) => !/^(?:https?|mailto):/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(root, target))) return true;
        if (anchor === undefined || statSync(join(root, target)).isDirectory()) return false;
        return !anchors(read(target)).includes(anchor);
      });
    expect(dead).toEqual([]);
  });

  test.each(documents)('%s names commands and files that exist', (path) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Map_ };
    const text = read(path);
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(commands.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    const files = codes(text)
      .map((code) => code.replace(/:\d+$/, ''))
      .filter((code) => /^(?:actions|docs|packages|scripts|test|\.ci)\/[\w./-]+$/.test(code));
    expect(
      files.filter((file) => !existsSync(join(root, file)) && !existsSync(join(root, dirname(path), file))),
    ).toEqual([]);
  });

  test('README.md shows the summary as it is rendered', () => {
    const text = read('README.md');
    // if not: node test/docs/write-summary.ts
    expect(text).toBe(withSummary(text));
  });
});
