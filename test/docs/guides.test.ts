/** The guides, walked through on a host of this machine's: all but what needs root, which `npm run test:lab -- guides` does on Debian. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { prepareDemoHost } from '../lab/demo-host.ts';
import { startEmbeddedSshd } from '../lab/embedded-sshd.ts';
import { needing } from '../lab/needs.ts';
import { fromSources } from '../runner/from-sources.ts';
import { walkGuides } from './guides.ts';

needing('python3', 'git', 'flock', 'ssh', 'ssh-keygen', 'ssh-keyscan', 'bash').test(
  'the guides work as they are written',
  async () => {
    const host = await prepareDemoHost();
    const dist = fromSources('deploy-over-ssh');
    const said: string[] = [];
    let end: () => Promise<void> = () => Promise.resolve();
    try {
      const own = join(host.home, 'own');
      mkdirSync(own);
      await walkGuides({
        dir: host.dir,
        dist,
        say: (line) => said.push(line),
        open: async (publicKey, blocks) => {
          for (const text of blocks) execFileSync('bash', ['-n'], { input: text });
          expect(blocks.length).toBeGreaterThan(4);
          const { env, home } = host;
          const sshd = await startEmbeddedSshd({ authorizedKeys: [publicKey], env, home });
          end = sshd.close;
          return {
            port: sshd.port,
            url: `http://127.0.0.1:${host.port}`,
            names: [
              ['/srv/app', host.path],
              ['/srv/own', own],
              ['8000', String(host.port)],
            ],
          };
        },
      });
      expect(said).toHaveLength(4);
    } finally {
      await end();
      await host.cleanup();
      rmSync(dist, { recursive: true });
    }
  },
  600_000,
);
