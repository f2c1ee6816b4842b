/** Hooks of landfall.yml, run on a real host by the bundles and by the host itself. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { needing } from '../lab/needs.ts';
import type { StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

// a command that says so and that a test can make fail, by a variable of the release's .env
const hook = (name: string): string =>
  `{ command: "sh -c 'echo \\"$LANDFALL_HOOK of $LANDFALL_RELEASE, $SECRET_KEY\\" | tee -a ../../shared/hooks; exit \${${name}:-0}'", timeout: 20s }`;
const yaml = `hooks:
  before-switch: ${hook('BEFORE')}
  after-switch: ${hook('AFTER')}
  before-undo: ${hook('UNDO')}
`;

needing('python3', 'flock').describe('hooks', () => {
  let stage: Stage;
  let live: string | undefined;

  beforeAll(async () => {
    const dist = await bundled();
    stage = await prepareStage({ dist, yaml });
  }, 600_000);
  afterAll(async () => {
    await stage.end();
  }, 300_000);

  /** The moments of the hooks that ran since the last test, with their releases. */
  const ran = (): readonly string[] => {
    const file = join(stage.base, 'shared/hooks');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    rmSync(file);
    return lines.map((line) => line.slice(0, line.indexOf(',')));
  };
  const deploy = async (faults: Readonly<Record<string, string>> = {}): Promise<StepEnd> => {
    const job = stage.job();
    const main = await job.uses('deploy-over-ssh', stage.deploy({}, faults));
    await job.finish();
    if (main === undefined) throw new Error('the step was skipped');
    return main;
  };
  beforeEach(async () => {
    live = await stage.serving();
  });

  needing().test(
    'run before and after a switch; the log shows what they say, without secrets',
    async () => {
      const main = await deploy();
      expect(resultOf(main)).toBe('done');
      const release = main.outputs['release'] ?? '';
      expect(ran()).toEqual([`before-switch of ${release}`, `after-switch of ${release}`]);
      const log = main.log.join('\n');
      expect(log).toContain(`after-switch of ${release}, ***`);
      expect(log).toMatch(/before an undo of this release the host runs: sh -c /);
      expect(log).not.toContain('a-long-random-string-for-the-demo-only');
    },
    300_000,
  );

  needing().test(
    'one that fails after the switch takes the release back, with its own hook first, which fails too and changes nothing',
    async () => {
      stage.commit('Fail after the switch');
      const main = await deploy({ AFTER: '3', UNDO: '4' });
      expect(resultOf(main)).toBe('undone');
      const log = main.log.join('\n');
      expect(log).toContain('HOOK_FAILED: the hook after-switch of ');
      expect(log).toMatch(/the hook before-undo of \S+ failed: exit code 4/);
      expect(ran().map((line) => line.split(' ')[0])).toEqual(['before-switch', 'after-switch', 'before-undo']);
      expect(await stage.serving()).toBe(live);
      expect(await stage.status()).toMatch(/transaction +t\d+ undone/);
    },
    300_000,
  );

  needing().test(
    'one that fails before the switch lets nothing be switched',
    async () => {
      stage.commit('Fail before the switch');
      const main = await deploy({ BEFORE: '1' });
      expect(resultOf(main)).toBe('failed');
      expect(main.log.join('\n')).toContain('HOOK_FAILED: the hook before-switch of ');
      expect(ran().map((line) => line.split(' ')[0])).toEqual(['before-switch']);
      expect(await stage.serving()).toBe(live);
    },
    300_000,
  );

  needing().test(
    'the one before an undo runs when a person takes a confirmed release back by hand',
    async () => {
      stage.commit('Be taken back by hand');
      const main = await deploy();
      expect(resultOf(main)).toBe('done');
      ran();
      const { code, text } = await stage.shell(`sh ${stage.base}/.landfall/undo ${main.outputs['transaction'] ?? ''}`);
      expect({ code, text }).toMatchObject({ code: 0 });
      expect(ran()).toEqual([`before-undo of ${main.outputs['release'] ?? ''}`]);
      expect(text).not.toContain('a-long-random-string-for-the-demo-only');
      expect(await stage.serving()).toBe(live);
    },
    300_000,
  );
});
