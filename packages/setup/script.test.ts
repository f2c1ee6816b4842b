import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { setupExample, setupScript, unitsProgram } from '#setup';
import type { SetupValues } from '#setup';
import { eachShell, runText } from '../../test/lab/program-run.ts';
import { needing } from '../../test/lab/needs.ts';

const dir = mkdtempSync(join(tmpdir(), 'landfall-setup-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const good: SetupValues = {
  user: 'deploy',
  key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJp9sFyqVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV deploy',
  path: '/srv/app',
  base: '/srv/app-landfall',
  python: 'python3',
  manager: '',
  domains: '',
};

const targets: readonly SetupValues[] = [
  good,
  { ...good, key: '', manager: 'supervisor', python: '/opt/python/bin/python3.12' },
  { ...good, key: `ssh-rsa ${'AAAAB3NzaC1yc2E+/'.repeat(22)}= deploy@example.org` },
  { ...good, manager: 'system' },
  { ...good, domains: 'example.org www.example.org' },
  { ...good, user: 'my_app.2', path: '/var/www/a@b+c-1', base: '/home/my_app.2/releases', manager: 'systemd' },
];

const names = Object.keys(good) as (keyof SetupValues)[];
const withValue = (name: keyof SetupValues, value: string): SetupValues => ({ ...good, [name]: value });

describe('the setup script', () => {
  test('differs from the example in its seven values alone', () => {
    const [script, example] = [setupScript(good), setupExample].map((text) => text.split('\n'));
    expect(script?.length).toBe(example?.length);
    const assigned = script?.filter((line) => names.some((name) => line.startsWith(`${name}='`)));
    expect(assigned).toEqual(names.map((name) => `${name}='${good[name]}'`));
    const rest = (lines: readonly string[] = []) => lines.filter((line) => !/^[a-z]+='/.test(line));
    expect(rest(script)).toEqual(rest(example));
  });

  test('holds a long value on several lines', () => {
    const [first, second] = ['ssh-rsa '.padEnd(60, 'A'), 'B'.repeat(60)];
    const script = setupScript({ ...good, key: `${first}${second}C'C` });
    expect(script).toContain(['', `key='${first}'\\`, `'${second}'\\`, String.raw`'C'\''C'`, ''].join('\n'));
  });

  needing('shellcheck').test('passes shellcheck, whatever its values', () => {
    for (const target of targets) {
      const { status, stdout } = spawnSync('shellcheck', ['-s', 'sh', '-'], {
        input: setupScript(target),
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    }
  });
});

/** Values that would do something, were they anything but words; `made` is a file that none of them may make. */
const made = join(dir, 'made');
const hostile: readonly string[] = [
  `'; touch ${made}; '`,
  `$(touch ${made})`,
  `\`touch ${made}\``,
  `x\ntouch ${made}\n`,
  `x'\ntouch ${made}\nkey='`,
  `"; touch ${made}; "`,
  `x; touch ${made}`,
  `x && touch ${made}`,
  `-o ${made}`,
  '--help',
  '$HOME',
  '*',
  '/srv/a b',
  'ssh-ed25519 AAAA\nssh-ed25519 BBBB',
  'command="id" ssh-ed25519 AAAA',
  'ssh-ed25519 AAAA…',
];

eachShell('the setup script', (shell) => {
  test.each(targets)('is a script of sh, and takes the values of $user', async (target) => {
    expect(await runText([...shell, '-n'], setupScript(target), [])).toMatchObject({ code: 0, stderr: '' });
    // --check: on the machine that runs this test, which may do so as root
    const { code, stderr } = await runText(shell, setupScript(target), ['--check']);
    expect([0, 1, 77]).toContain(code);
    expect(stderr).not.toContain('expected');
  });

  test('holds its values as they are, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }), { minLength: 7, maxLength: 7 }),
        async (texts) => {
          const [user = '', key = '', path = '', base = '', python = '', manager = '', domains = ''] = texts.map(
            (text) => text.replaceAll('\0', ''),
          );
          const script = setupScript({ user, key, path, base, python, manager: manager as '', domains });
          const values = script.slice(script.indexOf('\nuser='), script.indexOf('\ntell()'));
          const { stdout } = await runText(shell, `${values}\nprintf '%s\\0' "$user" "$key" "$path" "$base" "$python" "$manager" "$domains"`, []); // prettier-ignore
          expect(stdout.toString().split('\0').slice(0, -1)).toEqual([user, key, path, base, python, manager, domains]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each(hostile)('runs nothing of %j, and refuses it in every place', async (value) => {
    const all = Object.fromEntries(names.map((name) => [name, value])) as unknown as SetupValues;
    const { code, stdout, stderr } = await runText(shell, setupScript(all), ['--check']);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 64, stdout: '' });
    for (const name of names) expect(stderr).toContain(`setup: ${name}: expected `);
    expect(existsSync(made)).toBe(false);
  });

  test.each([
    ['user', 'root'],
    ['user', '0'],
    ['user', ''],
    ['path', '/'],
    ['path', 'srv/app'],
    ['base', '/srv/app'],
    ['base', '/srv/app/inside'],
    ['path', '/srv/../etc'],
    ['base', '/srv/./x'],
    ['base', '/srv//x'],
    ['python', ''],
    ['manager', 'runit'],
    ['domains', ' '],
    ['domains', 'Example.org'],
    ['domains', '*.example.org'],
    ['domains', 'example.org  www.example.org'],
    ['domains', 'example.org -x'],
    ['domains', 'a..b'],
    ['domains', "example.org'|"],
  ] as const)('refuses %s=%j', async (name, value) => {
    const { code, stderr } = await runText(shell, setupScript(withValue(name, value)), ['--check']);
    expect(code).toBe(64);
    expect(stderr).toContain(`${name}: expected`);
  });

  test.each(['ALL', 'DEPLOY', 'D_1'])(
    'refuses the user %s for a line of sudo, which takes it for something else',
    async (user) => {
      const asked = (manager: SetupValues['manager']) =>
        runText(shell, setupScript({ ...good, user, manager }), ['--check']);
      const { code, stderr } = await asked('system');
      expect(code).toBe(64);
      expect(stderr).toContain('user: expected a name with a small letter');
      expect((await asked('systemd')).stderr).not.toContain('expected');
      const sited = await runText(shell, setupScript({ ...good, user, domains: 'example.org' }), ['--check']);
      expect(sited.stderr).toContain('user: expected a name with a small letter');
    },
  );

  test('installs root’s program as it is, with the values of the target, and one line of sudo', async () => {
    const script = setupScript({
      ...good,
      user: 'my_app.2',
      base: '/home/my_app.2/a@b+c-1',
      manager: 'system',
      domains: 'a.b c',
    });
    // all of it but its last line, by which it begins
    const body = script.slice(0, script.lastIndexOf('main "$@"'));
    const printed = async (what: string): Promise<string> =>
      (await runText(shell, `${body}mark=7 program=/usr/local/sbin/landfall-7\n${what}`, [])).stdout.toString();
    const own = { runs_as: 'my_app.2', target: '/home/my_app.2/a@b+c-1', mark: '7', domains: "'a.b c'" };
    expect(await printed('program_text')).toBe(
      unitsProgram.replaceAll(
        /^(runs_as|target|mark|domains)=.*$/gm,
        (_, name: string) => `${name}=${own[name as keyof typeof own]}`,
      ),
    );
    expect(await printed('sudoers_text')).toBe(
      `# landfall-7: what root does for /home/my_app.2/a@b+c-1
Defaults!/usr/local/sbin/landfall-7 env_reset, !setenv, !requiretty
my_app.2 ALL=(root) NOPASSWD: /usr/local/sbin/landfall-7 ""
`,
    );
  });

  test('has nginx wait at a boot for the user’s own recovery, as the user, with a limit, and start in any case', async () => {
    const script = setupScript({ ...good, base: '/home/my_app.2/a@b+c-1' });
    const body = script.slice(0, script.lastIndexOf('main "$@"'));
    const text = `${body}mark=7\nid() { echo 1234; }\nunit_text`;
    expect((await runText(shell, text, [])).stdout.toString()).toBe(
      `# landfall-7: at a boot nginx waits for /home/my_app.2/a@b+c-1
[Unit]
Description=Landfall: what should serve at /home/my_app.2/a@b+c-1 serves before nginx does
Wants=user@1234.service
After=user@1234.service
Before=nginx.service
ConditionPathExists=/var/lib/systemd/linger/deploy
[Service]
Type=oneshot
User=deploy
Environment=XDG_RUNTIME_DIR=/run/user/1234
ExecStart=-systemctl --user start landfall-recover-7.service
TimeoutStartSec=90
[Install]
WantedBy=multi-user.target
`,
    );
  });

  test('tells all wrong values at once, and the example’s key is one', async () => {
    const values = { ...good, user: '', path: 'x', python: '-x' };
    const { code, stderr } = await runText(shell, setupScript(values), ['--check']);
    expect(code).toBe(64);
    expect(stderr.match(/: expected /g)).toHaveLength(3);
    expect(await runText(shell, setupExample, ['--check'])).toMatchObject({ code: 64 });
  });

  test.each([['--chekc'], ['--check', '--check'], ['']])('refuses the arguments %j', async (...args) => {
    // the example: whatever comes of it, it goes no further than to its key
    const { code, stderr } = await runText(shell, setupExample, args);
    expect({ code, stderr }).toEqual({ code: 64, stderr: 'setup: usage: sh setup.sh [--check]\n' });
  });
});
