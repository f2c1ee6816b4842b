/** A host behind a jump host, deployed to by the bundles. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { publicHalf } from '#host';
import type { Report } from '#plan';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { startEmbeddedSshd } from '../lab/embedded-sshd.ts';
import type { Sshd } from '../lab/embedded-sshd.ts';
import { generateKey } from '../lab/keys.ts';
import { needing } from '../lab/needs.ts';
import type { StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

needing('python3', 'flock').describe('O3 a host behind a bastion', () => {
  let stage: Stage;
  let bastion: Sshd;
  const stranger = generateKey('stranger').publicKey;

  beforeAll(async () => {
    stage = await prepareStage({ dist: await bundled() });
    const key = await publicHalf({ privateKey: stage.host.key });
    bastion = await startEmbeddedSshd({ authorizedKeys: [key ?? ''], forwards: true });
  }, 600_000);
  afterAll(async () => {
    await bastion.close();
    await stage.end();
  }, 300_000);

  /** A deploy of a commit that pins these keys. */
  const deploy = async (keys: { readonly host: string; readonly bastion: string }): Promise<StepEnd> => {
    const { ssh } = stage.host;
    const hosts = `  ssh: ${ssh}\n  key: ${keys.host}\n`;
    const via = `  via:\n    ssh: ${bastion.user}@127.0.0.1:${bastion.port}\n    key: ${keys.bastion}\n`;
    const yaml = readFileSync(join(stage.repository.dir, 'landfall.yml'), 'utf8').replace(
      /^hosts:\n(?: {2}.*\n)+/,
      `hosts:\n${hosts}${via}`,
    );
    stage.repository.commit('Pin keys', { 'landfall.yml': yaml });
    const job = stage.job();
    const main = await job.uses('deploy-over-ssh', stage.deploy());
    await job.finish();
    if (main === undefined) throw new Error('the step was skipped');
    return main;
  };

  needing().test(
    'either key wrong: nobody is let in, the wrong one is named, and nothing is done on the host',
    async () => {
      const { hostKey } = stage.host.sshd;
      const wrongs = [
        [{ host: hostKey, bastion: stranger }, `:${bastion.port}`],
        [{ host: stranger, bastion: bastion.hostKey }, `:${stage.host.sshd.port}`],
      ] as const;
      for (const [keys, named] of wrongs) {
        const end = await deploy(keys);
        expect(resultOf(end)).toBe('failed');
        const { fault } = JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as Report;
        expect(fault).toMatchObject({ code: 'SSH_HOST_KEY_DIFFERS', host: expect.stringContaining(named) });
        expect(existsSync(stage.base)).toBe(false);
      }
    },
    300_000,
  );

  needing().test(
    'both pinned: deployed, and nobody has come to the host but through the bastion',
    async () => {
      const { sshd } = stage.host;
      const before = sshd.connections() - bastion.connections();
      const end = await deploy({ host: sshd.hostKey, bastion: bastion.hostKey });
      expect(resultOf(end)).toBe('done');
      expect(await stage.serving()).toBe(end.outputs['release']);
      expect(sshd.connections() - bastion.connections()).toBe(before);
    },
    300_000,
  );
});
