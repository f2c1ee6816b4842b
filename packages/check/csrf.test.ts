import { expect, test } from '@jest/globals';
import { csrfToken, hiddenField } from './csrf.ts';

const names = { cookie: 'csrftoken', field: 'csrfmiddlewaretoken', header: 'X-CSRFToken' };
const page = '<input name="q"><form><INPUT value="a&amp;b&#x27;" type=\'hidden\' name="csrfmiddlewaretoken">';
const cookie = { name: 'csrftoken', value: 'newest', host: 'h', path: '/', secure: false };

test('the cookie is the newest token; without one the hidden field of the page counts', () => {
  expect(csrfToken(names, [cookie], page)).toBe('newest');
  expect(csrfToken(names, [{ ...cookie, name: 'other' }], page)).toBe("a&b'");
  expect(csrfToken(names, [], '<form></form>')).toBeUndefined();
  expect(csrfToken(names, [], undefined)).toBeUndefined();
});

test('a hidden field is found however it is written', () => {
  expect(hiddenField('<input type=hidden name=t value=x>', 't')).toBe('x');
  expect(hiddenField('<input\n  name="t"\n  value="1" />', 't')).toBe('1');
  expect(hiddenField('<input data-name="t" value="no"><input name="t">', 't')).toBeUndefined();
  expect(hiddenField('<textarea name="t">x</textarea>', 't')).toBeUndefined();
});
