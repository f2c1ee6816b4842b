import { describe, expect, test } from '@jest/globals';
import type { Failure } from '#fault';
import { outcomeOf } from '#plan';
import { contextOf } from '../../test/fakes/found.ts';
import { refuseFork } from './fork.ts';

describe('a run about a fork', () => {
  test('is refused, in words that say whose commits they are and what to do', () => {
    const context = contextOf({ event: 'pull_request_target', fork: 'eve/r' });
    try {
      refuseFork({ context });
      throw new Error('it was not refused');
    } catch (thrown) {
      const { fault } = thrown as Failure;
      expect(fault).toMatchObject({ code: 'FORK_REFUSED', what: expect.stringContaining('eve/r') as unknown });
      expect(fault.what).toContain('pull_request_target');
      expect(outcomeOf(fault)).toBe('refused');
    }
  });

  test('any other goes on', () => {
    expect(() => {
      refuseFork({ context: contextOf({ event: 'push' }) });
    }).not.toThrow();
  });
});
