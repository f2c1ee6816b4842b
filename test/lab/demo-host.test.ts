import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { NodeSSH } from 'node-ssh';
import { prepareDemoHost } from './demo-host.ts';
import { needing } from './needs.ts';
import { processesBelow } from './processes.ts';

needing('python3').test(
  'a host for the demo has supervisor, and leaves neither process nor file behind',
  async () => {
    const host = await prepareDemoHost();
    try {
      const { env } = host;
      expect(execFileSync('supervisord', ['--version'], { env, encoding: 'utf8' })).toBe('4.3.0\n');
      expect(execFileSync('python3', ['-c', 'import sys; print(sys.prefix)'], { env, encoding: 'utf8' })).not.toContain(
        host.dir,
      );
      const ssh = new NodeSSH();
      await ssh.connect({
        host: host.sshd.address,
        port: host.sshd.port,
        username: host.sshd.user,
        privateKey: host.key,
      });
      expect(await ssh.execCommand('pwd; supervisord --version')).toMatchObject({
        stdout: `${host.home}\n4.3.0`,
        code: 0,
      });
      ssh.connection?.on('error', () => undefined); // the server may cut it first
      ssh.dispose();
      // One that is known by its environment only, in a session of its own, as daemons are.
      const child = spawn('sleep', ['60'], { env, cwd: '/', detached: true, stdio: 'ignore' });
      // its environment is seen once it is sleep, and no copy of this process
      for (let tries = 0; tries < 500 && processesBelow(host.dir).length === 0; tries++) await pause(20);
      expect(processesBelow(host.dir)).toEqual([child.pid]);
    } finally {
      await host.cleanup();
    }
    expect(processesBelow(host.dir)).toEqual([]);
    expect(existsSync(host.dir)).toBe(false);
  },
  300_000,
);
