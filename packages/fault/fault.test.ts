import { describe, expect, test } from '@jest/globals';
import { Failure, codes, fail, faultOf, must, ok } from '#fault';

describe('a fault', () => {
  test('is carried up whole', () => {
    const { fault } = fail({ code: 'TX_BUSY', what: 't42 is open', next: 'wait' });
    expect(() => must({ ok: false, fault })).toThrow(Failure);
    try {
      must({ ok: false, fault });
    } catch (thrown) {
      expect(faultOf(thrown)).toEqual({ code: 'TX_BUSY', what: 't42 is open', next: 'wait', said: [] });
    }
    expect(must(ok(3))).toBe(3);
  });

  test('is INTERNAL when something unforeseen was thrown, and still says what to do', () => {
    const fault = faultOf(new TypeError('x is undefined'));
    expect(fault).toMatchObject({ code: 'INTERNAL', what: 'x is undefined' });
    expect(fault.next).not.toBe('');
    expect(faultOf('text').what).toBe('text');
  });

  test('has a meaning for each code', () => {
    for (const [code, meaning] of Object.entries(codes)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(meaning.length).toBeGreaterThan(10);
    }
  });
});

test('the tests run on the Node that the actions run on', () => {
  expect(process.version).toMatch(/^v24\./);
});
