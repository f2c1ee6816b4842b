import { expect, test } from '@jest/globals';
import { loadSelect } from './json-path.ts';
import { save } from './saved.ts';

const select = await loadSelect();
const answer = {
  answered: true,
  status: 200,
  headers: { location: '/items/7' },
  setCookies: [],
  body: '{"id":7,"deep":[{"name":"x"}],"list":[],"nul":null}',
  cut: false,
  ms: 1,
} as const;
const cookies = [{ name: 'sid', value: 's3cret', host: 'h', path: '/', secure: false }];
const taken = (from: 'json' | 'header' | 'cookie' | 'match', at: string, body: string = answer.body) => {
  const { values, wrong } = save(
    { it: { from, at, secret: false } },
    { ...answer, body },
    { from: 'http://h', cookies, select },
  );
  return values['it']?.value ?? wrong;
};

test('a value comes from JSON, a header, a cookie or a pattern', () => {
  expect(taken('json', 'id')).toBe('7');
  expect(taken('json', '$.deep[0].name')).toBe('x');
  expect(taken('header', 'Location')).toBe('/items/7');
  expect(taken('cookie', 'sid')).toBe('s3cret');
  expect(taken('match', '"id":(\\d+)')).toBe('7');
  expect(taken('match', 'de+p')).toBe('deep');
});

test('what is not there is said', () => {
  const nothing = (what: string) => [`expected to save {it}, found nothing at ${what}`];
  for (const at of ['none', '$.list', 'deep', 'nul', '$[']) expect(taken('json', at)).toEqual(nothing(`json ${at}`));
  expect(taken('json', 'id', '<html>')).toEqual(nothing('json id'));
  expect(taken('header', 'x-none')).toEqual(nothing('header x-none'));
  expect(taken('cookie', 'other')).toEqual(nothing('cookie other'));
  expect(taken('match', 'id=(\\d+)')).toEqual(nothing('match id=(\\d+)'));
  expect(taken('match', 'x+', 'x'.repeat(5000))).toEqual(['{it} would be longer than 4096 characters']);
});
