import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '#fault';
import { openSession } from '#host';
import type { Program } from '#remote';
import { startEmbeddedSshd } from '../../lab/embedded-sshd.ts';
import { generateKey } from '../../lab/keys.ts';
import { hostileBytes, hostileText, megabyte, sample } from '../hostile.ts';
import type { Tally } from '../tally.ts';
import { differs } from './boundary.ts';
import { echo, echoed, grouped, type HostShell } from './shell.ts';

const count = 500;

const program = (interrupt: 'kill' | 'finish'): Program<readonly string[], Buffer> => ({
  text: `set -eu\n${echo}`,
  interrupt,
  limitMs: 60_000,
  args: (input) => input,
  out: (stdout) => stdout,
  fault: 'PROGRAM_FAILED',
  next: 'look',
});

/** The same through the SSH adapter: programs on a leash, with bytes as stdin, and detached ones. The base itself needs quoting. */
export const provesSsh = async (shells: readonly HostShell[], cwd: string, canary: string, counts: Tally) => {
  const key = generateKey('deploy');
  const values = [...sample(hostileText(canary), count - 1, 3), megabyte(1).toString('latin1').replaceAll('\0', '')];
  const bodies = sample(hostileBytes(canary), count / 50, 4);
  for (const shell of shells) {
    const base = join(cwd, `base of ${shell.name}'s "$(touch x)"`);
    mkdirSync(base);
    const sshd = await startEmbeddedSshd({
      authorizedKeys: [key.publicKey],
      home: cwd,
      env: { PATH: shell.path },
      shell: join(shell.folder, 'sh'),
    });
    const session = must(
      await openSession({
        name: 'host',
        user: sshd.user,
        address: sshd.address,
        port: sshd.port,
        pins: sshd.hostKey,
        key: { privateKey: key.privateKey },
        base,
        driver: 'proof',
      }),
    );
    try {
      for (const [at, args] of grouped(values, 50).entries()) {
        const interrupt = at % 2 === 0 ? 'kill' : 'finish';
        const body = interrupt === 'kill' ? (bodies[at] ?? Buffer.alloc(0)) : Buffer.alloc(0);
        const ran = await session.run('echo', program(interrupt), args, interrupt === 'kill' ? { body } : {});
        const wanted = echoed(args, body);
        if (ran.ok && ran.value.equals(wanted)) counts.passed(args.length);
        else
          counts.held(`${shell.name} over SSH, ${interrupt}, group ${at}`, false, () =>
            ran.ok ? differs(wanted, ran.value) : `${ran.fault.code}: ${ran.fault.what}`,
          );
      }
    } finally {
      await session.close();
      await sshd.close();
    }
  }
  counts.held('SSH: nothing of the base was run', !existsSync(join(cwd, 'x')));
  counts.line(`quoting: ${values.length} values over SSH into each shell, half of them to detached programs`);
};
