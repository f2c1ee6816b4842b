import { describe, expect } from '@jest/globals';
import { must } from '#fault';
import { openSession } from '#host';
import { key, optionsFor, removeBase, sh } from '../contract/ssh-hosts.ts';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';

describe('SECURITY.md', () => {
  needing('sshd', 'flock', 'setsid').test(
    'a key that is restricted in authorized_keys suffices for both kinds of programs',
    async () => {
      const sshd = await startRealSshd(found('sshd') ?? '', [`restrict ${key.publicKey}`]);
      const session = must(await openSession(optionsFor(sshd)));
      try {
        expect(await session.run('plain', sh('echo "$1"'), ['over it'])).toEqual({ ok: true, value: 'over it\n' });
        expect(await session.run('detached', sh('echo "$1"', { interrupt: 'finish' }), ['beside it'])).toEqual({
          ok: true,
          value: 'beside it\n',
        });
      } finally {
        await session.close();
        await sshd.close();
        removeBase();
      }
    },
  );
});
