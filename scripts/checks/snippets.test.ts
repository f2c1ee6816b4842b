import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { snippets } from './snippets.ts';

const fence = (body: string): string => `# Title\n\n\`\`\`yaml\n${body}\`\`\`\n`;
const step = '- uses: a/b@v1\n  with:\n\n    x: 1\n';

test('a whole workflow stays as it is', () => {
  const body = `on: push\njobs:\n  j:\n    steps: [{ run: 'true' }]\n`;
  expect(snippets('a.md', fence(body))).toEqual([{ path: 'a.md', text: body, first: 4 }]);
});

test('jobs are given an event', () => {
  const [{ text, first } = { text: '', first: 0 }] = snippets('a.md', fence('jobs:\n  j: {}\n'));
  expect(parse(text)).toEqual({ name: 'snippet', on: 'push', jobs: { j: {} } });
  expect(text.split('\n')[4 - first]).toBe('jobs:');
});

test('steps are given a job, and keep their lines', () => {
  const [{ text, first } = { text: '', first: 0 }] = snippets('a.md', fence(step));
  expect((parse(text) as { jobs: { snippet: object } }).jobs.snippet).toMatchObject({
    steps: [{ uses: 'a/b@v1', with: { x: 1 } }],
  });
  expect(text.split('\n')[4 - first]).toBe('      - uses: a/b@v1');
  expect(text.split('\n')[7 - first]).toBe('          x: 1');
});

test('what is no workflow is left out', () => {
  expect(snippets('a.md', fence('path: /srv/app\n'))).toEqual([]);
  expect(snippets('a.md', fence('- { get: /health/ }\n'))).toEqual([]);
  expect(snippets('a.md', '```sh\njobs: 1\n```\n')).toEqual([]);
});
