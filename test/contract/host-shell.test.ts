import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { found, needing } from '../lab/needs.ts';
import { startRealSshd } from '../lab/real-sshd.ts';
import { base, embedded, isAlive, key, removeBase, session, sh, unlessLost, until, type Server } from './ssh-hosts.ts';

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
  const expectNoShell = async (server: Server, text: string, next: string) => {
    const host = await session(server);
    for (const program of [sh('echo x'), sh('echo x', { interrupt: 'finish' })])
      expect(await host.run('p', program, [])).toMatchObject({
        fault: {
          code: 'SSH_NO_SHELL',
          what: expect.stringContaining(text),
          said: [expect.stringContaining(text)],
          next: expect.stringContaining(next.replaceAll('USER', server.user)),
        },
      });
    await host.close();
    await server.close();
  };

  test.each([
    ['nologin', 'This account is currently not available.', 'usermod -s /bin/sh USER'],
    ['a password that has expired', 'Password change required but no TTY available.', 'chage -M -1 -E -1 USER'],
    ['a menu', 'Choose: 1) backup 2) quit', 'take USER out of its `Match` block'],
  ])('is told apart from a failing program, with what to change there (%s)', async (_, text, next) => {
    const dir = mkdtempSync(join(tmpdir(), 'landfall-nologin-'));
    writeFileSync(join(dir, 'nologin'), `#!/bin/sh\necho "${text}"\nexit 1\n`, { mode: 0o700 });
    await expectNoShell(await embedded({ shell: join(dir, 'nologin') }), text, next);
    rmSync(dir, { recursive: true });
  });

  needing('bash').test('is told apart from a failing program (a restricted shell)', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'landfall-rbash-'));
    symlinkSync(found('bash') ?? '', join(dir, 'rbash'));
    // bash reads the login files of whoever tests, unless it has a home of its own
    const server = await embedded({ shell: join(dir, 'rbash'), home: dir });
    await expectNoShell(server, 'restricted', 'usermod -s /bin/sh USER');
    rmSync(dir, { recursive: true });
  });

  needing('sshd').test('is told apart from a failing program (sshd, sftp only)', async () => {
    const server = await startRealSshd(
      found('sshd') ?? '',
      [key.publicKey],
      ['ForceCommand internal-sftp', 'Subsystem sftp internal-sftp'],
    );
    await expectNoShell(server, 'sftp connections only', 'sshd -T -C user=USER | grep forcecommand');
  });

  needing('sshd').test('is told apart from a failing program (sshd, no sessions)', async () => {
    const server = await startRealSshd(found('sshd') ?? '', [key.publicKey], ['MaxSessions 0']);
    await expectNoShell(server, 'open failed', 'mend `MaxSessions`');
  });

  needing('sshd').test('is told apart from a failing program (sshd, a forced command before the key)', async () => {
    const server = await startRealSshd(found('sshd') ?? '', [`command="echo backup only" ${key.publicKey}`]);
    await expectNoShell(server, 'backup only', '`command="…"` before the key in ~USER/.ssh/authorized_keys');
  });
});

needing('sshd').test('a key that is restricted, and may run commands, is enough', async () => {
  const server = await startRealSshd(found('sshd') ?? '', [`restrict ${key.publicKey}`]);
  const host = await session(server);
  expect(await host.run('p', sh('echo in'), [])).toEqual({ ok: true, value: 'in\n' });
  await host.close();
  await server.close();
});

const one = [
  { name: 'the embedded server', needs: [] as string[], start: (): Promise<Server> => embedded({ maxSessions: 1 }) },
  {
    name: 'sshd',
    needs: ['sshd'],
    start: (): Promise<Server> => startRealSshd(found('sshd') ?? '', [key.publicKey], ['MaxSessions 1']),
  },
];
for (const { name, needs, start } of one)
  needing(...needs).test(
    `${name}: with MaxSessions 1 programs wait for each other, and a cancel ends one`,
    async () => {
      const server = await start();
      const host = await session(server);
      for (const interrupt of ['kill', 'finish'] as const) {
        const many = await Promise.all(['1', '2', '3'].map((n) => host.run('p', sh('echo "$1"', { interrupt }), [n])));
        expect(many).toEqual(['1', '2', '3'].map((n) => ({ ok: true, value: `${n}\n` })));
      }
      const begun = join(base, randomBytes(4).toString('hex'));
      const cancel = new AbortController();
      const running = host.run('p', sh('echo "$$" >"$1"\nsleep 60'), [begun], { signal: cancel.signal });
      await until(() => existsSync(begun) && readFileSync(begun, 'utf8') !== '');
      cancel.abort();
      expect(await running).toMatchObject({ fault: { code: 'CANCELLED' } });
      await until(() => !isAlive(Number(readFileSync(begun, 'utf8'))));
      expect(await host.run('p', sh('echo after'), [])).toEqual({ ok: true, value: 'after\n' });
      await host.close();
      await server.close();
    },
    300_000,
  );

/** Login files that print, and leave a PATH on which there is nothing. */
const noisy = {
  '.zshenv': 'echo "zsh says: $((1+1))"\necho oops >&2\nexport PATH=/nowhere\n',
  '.cshrc': 'echo "csh says\\!"\nsetenv PATH /nowhere\n',
  '.config/fish/config.fish': 'echo "fish says"\necho oops >&2\nset -gx PATH /nowhere\n',
  '.bashrc': 'echo "bash says"\necho oops >&2\nexport PATH=/nowhere\n',
};

describe('each login shell that a user may have, with a login file that prints and spoils PATH', () => {
  for (const shell of ['dash', 'bash', 'zsh', 'fish', 'tcsh'])
    needing(shell).test(
      `${shell}: runs, ends and follows programs`,
      async () => {
        const home = mkdtempSync(join(tmpdir(), 'landfall-home-'));
        mkdirSync(join(home, '.config/fish'), { recursive: true });
        for (const [file, text] of Object.entries(noisy)) writeFileSync(join(home, file), text);
        // Debian's bash reads .bashrc where it is run by sshd, others what this variable names.
        const env = { BASH_ENV: join(home, '.bashrc'), ...(shell === 'dash' ? { PATH: '/nowhere' } : {}) };
        const server = await embedded({ shell: found(shell) ?? '', home, env });
        const host = await session(server);
        for (const interrupt of ['kill', 'finish'] as const) {
          const said: string[] = [];
          const program = sh('cat >/dev/null\nprintf "<%s>" "$@"\necho "prose $PATH" >&2\nexit 0', { interrupt });
          const values = ['', "it's", '$(id) `id` "x" !1', 'a\nb\\n', 'ü'];
          const result = await host.run('p', program, values, { onLine: (line) => said.push(line) });
          expect(result).toEqual({ ok: true, value: values.map((value) => `<${value}>`).join('') });
          expect(said).toEqual([expect.stringMatching(/^prose \/nowhere:\/usr\/bin:\/bin/)]);
          expect(await host.run('p', sh('exit 75', { interrupt }), [])).toMatchObject({ fault: { code: 'TX_BUSY' } });
          const limited = sh('sleep 60 &\nwait', { interrupt, limitMs: 1000 });
          expect(await unlessLost(() => host.run('p', limited, []))).toMatchObject({
            fault: { code: 'PROGRAM_TIMEOUT' },
          });
        }
        await until(() => server.commands().length <= 4);
        await host.close();
        await server.close();
        rmSync(home, { recursive: true });
      },
      300_000,
    );
});

describe('each sh that a host may have', () => {
  for (const shell of ['dash', 'busybox', 'bash'])
    needing(shell, 'bash').test(`${shell}: runs, ends and follows programs`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'landfall-sh-'));
      symlinkSync(found(shell) ?? '', join(dir, 'sh'));
      // Also in the place of /bin/sh, which the machine has only one of.
      const login = join(dir, 'login');
      writeFileSync(login, `#!/bin/bash\nexec ${dir}/sh -c "\${2/\\/bin\\/sh/${dir}/sh}"\n`, { mode: 0o700 });
      const server = await embedded({ shell: login, env: { PATH: `${dir}:/usr/local/bin:/usr/bin:/bin` } });
      const host = await session(server);
      const program = sh('echo "$1"\necho prose >&2\nexit "$2"');
      for (const interrupt of ['kill', 'finish'] as const) {
        expect(await host.run('p', { ...program, interrupt }, ["it's", '0'])).toEqual({ ok: true, value: "it's\n" });
        expect(await host.run('p', { ...program, interrupt }, ['', '75'])).toMatchObject({
          fault: { code: 'TX_BUSY', said: ['prose'] },
        });
        const limited = sh('sleep 60 &\nwait', { interrupt, limitMs: 1000 });
        expect(await unlessLost(() => host.run('p', limited, []))).toMatchObject({
          fault: { code: 'PROGRAM_TIMEOUT' },
        });
      }
      await until(() => server.commands().length <= 4);
      await host.close();
      await server.close();
      rmSync(dir, { recursive: true });
    });
});
