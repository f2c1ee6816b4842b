import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect } from '@jest/globals';
import { makeAuthority } from '../../test/lab/authority.ts';
import { needing } from '../../test/lab/needs.ts';
import { startRegistry } from '../../test/lab/registry.ts';

const dir = mkdtempSync(join(tmpdir(), 'landfall-trusted-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** What a runner's process does with a registry that nobody has told it more of: an option `ca`, say. */
const ask = `
import { openRegistry } from '#registry';
import { time } from '#kit';
const [registry] = process.argv.slice(-1);
const client = openRegistry({ ...time, name: { registry, repository: 'team/app' }, signal: new AbortController().signal, patience: 1000 });
const answer = await client.digestOf('v1');
client.close();
console.log(answer.ok ? 'there is no such tag' : answer.fault.code + ': ' + answer.fault.what);
`;

needing('docker-registry', 'openssl').test(
  'NODE_EXTRA_CA_CERTS, as the documents say, makes a process trust an authority of your own; without it none does',
  async () => {
    const tls = makeAuthority(['localhost']);
    const file = join(dir, 'authority.pem');
    writeFileSync(file, tls.authority);
    const server = await startRegistry({ tls });
    const asked = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
      const words = ['--no-warnings', '--input-type=module', '--eval', ask, '--', server.registry];
      const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: join(import.meta.dirname, '../..'), env: { ...rest, ...env } }); // prettier-ignore
      return stdout.trim();
    };
    try {
      expect(await asked({})).toMatch(/^REGISTRY_UNREACHABLE: .*NODE_EXTRA_CA_CERTS/);
      expect(await asked({ NODE_EXTRA_CA_CERTS: file })).toBe('there is no such tag');
    } finally {
      await server.close();
    }
  },
  300_000,
);
