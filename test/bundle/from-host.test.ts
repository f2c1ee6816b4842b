/** A host that takes a release back while nobody is there tells people itself, where its team lets it: by a real deploy, over real HTTP. */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { webhooks } from '../fakes/webhooks.ts';
import type { Webhooks } from '../fakes/webhooks.ts';
import { needing } from '../lab/needs.ts';
import type { Job } from '../runner/index.ts';
import { bundled } from './bundled.ts';

const notify = `notify:
  from-host: true
  slack: $SLACK_WEBHOOK
  teams: { url: $TEAMS_WEBHOOK, on: [failure] }
  webhook: { url: $HOOK, secret: $HOOK_KEY }
`;
const names = 'SLACK_WEBHOOK\nTEAMS_WEBHOOK\nHOOK\nHOOK_KEY';
const key = 'the-key-of-the-hook';

needing('python3', 'flock', 'curl').describe('a host that is left alone', () => {
  let stage: Stage;
  let people: Webhooks;
  let before = 0;
  let live = '';

  const file = (name: string): string => join(stage.base, '.landfall', name);
  /** What the host would send by itself. */
  const notices = (): string | undefined => globSync(file('notices.*'))[0];
  const text = (name: string): string => readFileSync(file(name), 'utf8');
  const job = (given: Parameters<Stage['job']>[0] = {}): Job => {
    const env = {
      SLACK_WEBHOOK: people.url('slack'),
      TEAMS_WEBHOOK: people.url('teams'),
      HOOK: people.url('webhook'),
      HOOK_KEY: key,
    };
    return stage.job({ ...given, more: { env } });
  };
  const act = async (action: string, inputs: Readonly<Record<string, string>>) => {
    const of = job();
    const main = await of.uses(action, { inputs: { ...stage.access, env: names, ...inputs } });
    await of.finish();
    if (main === undefined) throw new Error('the step was skipped');
    return main;
  };
  /** A run that is lost after its switch; what it left on the host for people. */
  const lost = async (within: string): Promise<string> => {
    stage.commit('Be lost');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const show = (line: string): void => {
      if (line.includes('✓ switch to')) resolve(undefined);
    };
    const of = job({ show });
    of.start('deploy-over-ssh', { inputs: { env: names, ...stage.deploy({ 'confirm-within': within }).inputs } });
    await promise;
    of.die();
    return readFileSync(notices() ?? '/dev/null', 'utf8');
  };
  const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 2400 && !(await what()); tries++) await sleep(250);
  };
  const events = (): readonly string[] => text('journal.jsonl').trim().split('\n').map((line) => (JSON.parse(line) as { e: string }).e); // prettier-ignore
  const heard = () => people.taken.slice(before);
  const secrets = (): readonly string[] => [people.secret, key];

  beforeAll(async () => {
    const dist = await bundled();
    people = await webhooks();
    stage = await prepareStage({ dist, yaml: notify });
    const first = await act('deploy-over-ssh', stage.deploy().inputs);
    expect(resultOf(first)).toBe('done');
    live = (await stage.serving()) ?? '';
  }, 600_000);
  beforeEach(() => {
    before = people.taken.length;
  });
  afterAll(async () => {
    await stage.end();
    await people.close();
  }, 300_000);

  needing().test('has no address when nothing is open', () => {
    expect(events().at(-1)).toBe('confirmed');
    expect(notices()).toBeUndefined();
  });

  needing().test(
    'tells by its watchdog, once, what nobody confirmed; the message is signed, and no secret is left',
    async () => {
      await lost('2s');
      await until(() => events().at(-1) === 'told');
      expect(events().slice(-2)).toEqual(['undone', 'told']);
      expect(await stage.serving()).toBe(live);
      expect(people.refused).toEqual([]);
      expect(heard().map(({ kind }) => kind).sort()).toEqual(['slack', 'webhook']); // prettier-ignore
      const hook = heard().find(({ kind }) => kind === 'webhook');
      expect(hook?.headers['x-landfall-event']).toBe('reverted');
      const signature = `sha256=${createHmac('sha256', key).update(hook?.body ?? '').digest('hex')}`; // prettier-ignore
      expect(hook?.headers['x-landfall-signature-256']).toBe(signature);
      expect(hook?.json).toMatchObject({
        event: 'reverted',
        title: `⏪ ${stage.host.ssh} took t2 back by itself`,
        text: expect.stringContaining(`nobody confirmed it in time; the host took it back by itself, and ${live} serves since`) as unknown, // prettier-ignore
        result: 'undone',
        transaction: 't2',
        release: live,
      });
      expect(notices()).toBeUndefined();
      // and the next run says nothing of it
      expect(resultOf(await act('smoke-test', {}))).toBe('done');
      expect(heard()).toHaveLength(2);
    },
    300_000,
  );

  needing().test(
    'keeps addresses where only the deploy user reads them, in no list of processes and in no log',
    async () => {
      const left = await lost('30m');
      expect(left).toContain('undone silence slack ');
      expect(statSync(file('notices.t3')).mode & 0o777).toBe(0o600);
      const processes = globSync('/proc/[0-9]*/cmdline').map((one) => {
        try {
          return readFileSync(one, 'utf8');
        } catch {
          return '';
        }
      });
      for (const secret of secrets()) {
        expect(processes.filter((one) => one.includes(secret))).toEqual([]);
        for (const name of ['journal.jsonl', 'transaction', 'watch.log']) expect(text(name)).not.toContain(secret);
      }
      // the key that signs is not even there
      const plain = left.split('\n').map((one) => Buffer.from(one.split(' ').at(-1) ?? '', 'base64').toString()).join('\n'); // prettier-ignore
      expect(plain).toContain(people.secret);
      expect(plain).not.toContain(key);
    },
    300_000,
  );

  needing().test(
    'tells by its recovery, too; what does not arrive is told by the next run',
    async () => {
      // the watchdog of the run before dies, and the time is over
      for (const one of globSync('/proc/[0-9]*/cmdline')) {
        const words = ((): readonly string[] => {
          try {
            return readFileSync(one, 'utf8').split('\0');
          } catch {
            return [];
          }
        })();
        if (words.includes(file('undo')) && words.includes('watch')) process.kill(Number(dirname(one).slice(6)), 'SIGKILL'); // prettier-ignore
      }
      writeFileSync(file('transaction'), text('transaction').replace(/^deadline=.*$/m, 'deadline=1'));
      people.fail(503, 6);
      const requests = people.requests();
      const since = performance.now();
      execFileSync('sh', [file('undo'), 'recover'], { stdio: 'ignore' });
      const took = performance.now() - since;
      expect(await stage.serving()).toBe(live);
      await until(() => notices() === undefined);
      // three tries for each of the two take four seconds and more: the undo did not wait for them
      expect(performance.now() - since).toBeGreaterThan(took + 2000);
      expect(people.requests() - requests).toBe(6);
      expect(events().at(-1)).toBe('undone');
      expect(heard()).toEqual([]);
      expect(text('watch.log')).toContain('t3: the notice to slack did not arrive: 503');
      const told = await act('smoke-test', {});
      expect(told.summary).toContain('nobody confirmed it in time');
      expect(heard().map(({ kind }) => kind).sort()).toEqual(['slack', 'webhook']); // prettier-ignore
      expect(events().at(-1)).toBe('told');
    },
    300_000,
  );

  needing().test(
    'where a run is there it is the run that tells',
    async () => {
      await lost('30m');
      const { result } = { result: await act('deploy-over-ssh', { ...stage.deploy().inputs, phase: 'abort' }) };
      expect(resultOf(result)).toBe('refused');
      execFileSync('sh', [file('undo'), 't4'], { stdio: 'ignore' });
      expect(notices()).toBeUndefined();
      expect(events().at(-1)).toBe('undone');
    },
    300_000,
  );
});
