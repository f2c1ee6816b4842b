import { describe, expect, test } from '@jest/globals';
import { plainCheck } from '../../test/fakes/plain-check.ts';
import { scrubber } from './placeholders.ts';
import { prepare } from './prepare.ts';

const base = plainCheck('/health/');

describe('a request', () => {
  test('goes behind the address of the target', () => {
    const prepared = prepare(base, 'https://example.org/app/', {});
    expect(prepared).toEqual({
      ok: true,
      request: { method: 'GET', url: new URL('https://example.org/app/health/'), headers: {} },
    });
  });

  test('gets its values once, encoded where it is an address or a form', () => {
    const values = { KEY: 'a b&$OTHER', OTHER: 'never' };
    const check = { ...base, url: '/?k=$KEY', headers: { 'X-Key': 'Bearer $KEY', Price: '$$5 $5' } };
    const form = prepare({ ...check, method: 'POST', form: { k: '$KEY' } }, 'http://h', values);
    expect(form).toEqual({
      ok: true,
      request: {
        method: 'POST',
        url: new URL('http://h/?k=a%20b%26%24OTHER'),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-key': 'Bearer a b&$OTHER',
          price: '$5 $5',
        },
        body: 'k=a+b%26%24OTHER',
      },
    });
    const data = prepare({ ...check, data: { a: ['$KEY', 1] } }, 'http://h', values);
    expect(data).toMatchObject({ request: { body: '{"a":["a b&$OTHER",1]}' } });
    const body = prepare({ ...check, body: '$KEY!', headers: { 'Content-Type': 'text/csv' } }, 'http://h', values);
    expect(body).toMatchObject({ request: { body: 'a b&$OTHER!', headers: { 'content-type': 'text/csv' } } });
  });

  test('is not sent without its values or its address', () => {
    expect(prepare({ ...base, headers: { a: '$A $toString' } }, 'http://h', {})).toEqual({
      ok: false,
      why: 'not sent: $A, $toString has no value; the input `env` lists the names that checks may use',
    });
    expect(prepare(base, undefined, {})).toMatchObject({ ok: false });
    expect(prepare({ ...base, url: 'http://[' }, undefined, {})).toMatchObject({ ok: false });
  });
});

test('values are taken out in every form in which they come back', () => {
  const scrub = scrubber({ A: 'p"w+ &', AB: 'p"w+ &longer', EMPTY: '' });
  const forms = ['p"w+ &', 'p\\"w+ &', 'p&quot;w+ &amp;', 'p%22w%2B%20%26', 'p%22w%2B+%26', 'cCJ3KyAm', 'p"w+ &longer'];
  expect(forms.map(scrub)).toEqual(['$A', '$A', '$A', '$A', '$A', '$A', '$AB']);
  expect(scrubber({})('x')).toBe('x');
});
