import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import { embedded, key, removeBase, session, sh, until, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

describe('what login files print', () => {
  const noise = 'printf "Welcome!\\nrc=9"; echo "to stderr" >&2';
  const program = sh('echo "$1"\necho prose >&2');
  const expectClean = async (server: Server) => {
    const host = await session(server);
    for (let run = 0; run < 4; run += 1) {
      const said: string[] = [];
      expect(await host.run('p', program, ['out'], { onLine: (line) => said.push(line) })).toEqual({
        ok: true,
        value: 'out\n',
      });
      expect(said).toEqual(['prose']);
    }
    await host.close();
    await server.close();
  };

  test('is dropped (the embedded server, a noisy shell)', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'landfall-noise-'));
    writeFileSync(join(dir, 'shell'), `#!/bin/sh\n${noise}\nexec /bin/sh "$@"\n`, { mode: 0o700 });
    await expectClean(await embedded({ shell: join(dir, 'shell') }));
    rmSync(dir, { recursive: true });
  });

  needing('sshd').test('is dropped (sshd, a forced command that passes ours on)', async () => {
    const lines = [`ForceCommand ${noise}; eval "$SSH_ORIGINAL_COMMAND"`];
    await expectClean(await startRealSshd(found('sshd') ?? '', [key.publicKey], lines));
  });
});

describe('an account that runs no commands', () => {
  const expectNoShell = async (server: Server, text: string) => {
    const host = await session(server);
    for (const program of [sh('echo x'), sh('echo x', { interrupt: 'finish' })])
      expect(await host.run('p', program, [])).toMatchObject({
        fault: { code: 'SSH_NO_SHELL', what: expect.stringContaining(text), said: [expect.stringContaining(text)] },
      });
    await host.close();
    await server.close();
  };

  test('is told apart from a failing program (a shell that prints and exits)', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'landfall-nologin-'));
    writeFileSync(join(dir, 'nologin'), '#!/bin/sh\necho "This account is not available."\nexit 1\n', { mode: 0o700 });
    await expectNoShell(await embedded({ shell: join(dir, 'nologin') }), 'This account is not available.');
    rmSync(dir, { recursive: true });
  });

  needing('sshd').test('is told apart from a failing program (sshd, sftp only)', async () => {
    const server = await startRealSshd(
      found('sshd') ?? '',
      [key.publicKey],
      ['ForceCommand internal-sftp', 'Subsystem sftp internal-sftp'],
    );
    await expectNoShell(server, 'sftp connections only');
  });
});

test('a server that opens one session only is worked with', async () => {
  const server = await embedded({ maxSessions: 1 });
  const host = await session(server);
  const many = await Promise.all(['1', '2', '3'].map((n) => host.run('p', sh('echo "$1"'), [n])));
  expect(many).toEqual(['1', '2', '3'].map((n) => ({ ok: true, value: `${n}\n` })));
  const stopped = await host.run('p', sh('sleep 60'), [], { signal: AbortSignal.timeout(200) });
  expect(stopped).toMatchObject({ fault: { code: 'CANCELLED' } });
  await until(() => server.commands().length <= 1);
  await host.close();
  await server.close();
});

describe('each sh that a host may have', () => {
  for (const shell of ['dash', 'busybox', 'bash'])
    needing(shell).test(`${shell}: runs, ends and follows programs`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'landfall-sh-'));
      symlinkSync(found(shell) ?? '', join(dir, 'sh'));
      const server = await embedded({ env: { PATH: `${dir}:/usr/local/bin:/usr/bin:/bin` } });
      const host = await session(server);
      const program = sh('echo "$1"\necho prose >&2\nexit "$2"');
      for (const interrupt of ['kill', 'finish'] as const) {
        expect(await host.run('p', { ...program, interrupt }, ["it's", '0'])).toEqual({ ok: true, value: "it's\n" });
        expect(await host.run('p', { ...program, interrupt }, ['', '75'])).toMatchObject({
          fault: { code: 'TX_BUSY', said: ['prose'] },
        });
        const limited = sh('sleep 60 &\nwait', { interrupt, limitMs: 1000 });
        expect(await host.run('p', limited, [])).toMatchObject({ fault: { code: 'PROGRAM_TIMEOUT' } });
      }
      await until(() => server.commands().length <= 2);
      await host.close();
      await server.close();
      rmSync(dir, { recursive: true });
    });
});
