/** What the bundles say to GitHub and to people, and what they hear from there: over real HTTP, from a real deploy. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { prepareStage, resultOf } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { githubServer } from '../fakes/github-server.ts';
import type { GitHubServer } from '../fakes/github-server.ts';
import { webhooks } from '../fakes/webhooks.ts';
import type { Webhooks } from '../fakes/webhooks.ts';
import { needing } from '../lab/needs.ts';
import type { Job, StepEnd } from '../runner/index.ts';
import { bundled } from './bundled.ts';

const token = 'ghs_0123456789abcdefghij';
const notify = `notify:
  slack: $SLACK_WEBHOOK
  teams: $TEAMS_WEBHOOK
  webhook: { url: $HOOK, secret: $HOOK_KEY }
`;
const names = 'SLACK_WEBHOOK\nTEAMS_WEBHOOK\nHOOK\nHOOK_KEY';

needing('python3', 'flock').describe('beyond runner and host', () => {
  let stage: Stage;
  let github: GitHubServer;
  let people: Webhooks;
  const all: StepEnd[] = [];

  beforeAll(async () => {
    const dist = await bundled();
    github = await githubServer('spine/notes', token);
    people = await webhooks();
    stage = await prepareStage({ dist, yaml: notify });
  }, 600_000);
  afterAll(async () => {
    await stage.end();
    await github.close();
    await people.close();
  }, 300_000);

  const job = (more: Parameters<Stage['job']>[0] = {}): Job =>
    stage.job({
      ...more,
      more: {
        token,
        env: {
          GITHUB_API_URL: github.url,
          SLACK_WEBHOOK: people.url('slack'),
          TEAMS_WEBHOOK: people.url('teams'),
          HOOK: people.url('webhook'),
          HOOK_KEY: 'the-key-of-the-hook',
        },
        ...more.more,
      },
    });
  /** One step of a job of its own, with its post step. */
  const played = async (
    of: Job,
    action: string,
    inputs: Readonly<Record<string, string>>,
  ): Promise<{ main: StepEnd; posts: readonly StepEnd[] }> => {
    const main = await of.uses(action, { inputs: { ...stage.access, env: names, ...inputs } });
    if (main === undefined) throw new Error('the step was skipped');
    const posts = await of.finish();
    all.push(main, ...posts);
    return { main, posts };
  };
  const deploy = (more: Readonly<Record<string, string>> = {}, faults: Readonly<Record<string, string>> = {}) =>
    stage.deploy(more, faults).inputs;
  const heard = (from: number): readonly string[] => people.taken.slice(from).map(({ kind, json }) => (kind === 'webhook' ? `${kind} ${json['event'] as string}` : kind)).sort(); // prettier-ignore
  const closed = {
    HOOK_KEY: 'the-key-of-the-hook',
    ...Object.fromEntries(
      ['SLACK_WEBHOOK', 'TEAMS_WEBHOOK', 'HOOK'].map((name) => [name, `http://127.0.0.1:1/${name}/closed-secret-path`]),
    ),
  };
  let before = 0;
  beforeEach(() => {
    before = people.taken.length;
  });

  needing().test(
    'a pull request of a fork is refused before anything is connected to',
    async () => {
      const payload = {
        pull_request: { head: { repo: { full_name: 'eve/notes' } }, base: { repo: { full_name: 'spine/notes' } } },
      };
      for (const name of ['pull_request', 'pull_request_target'])
        for (const action of ['deploy-over-ssh', 'rollback', 'smoke-test']) {
          const { main } = await played(job({ more: { event: { name, payload } } }), action, {});
          expect(resultOf(main)).toBe('refused');
          expect(main.log.join('\n')).toContain('FORK_REFUSED: ');
        }
      expect(stage.host.sshd.connections()).toBe(0);
      expect(github.requests).toEqual([]);
      expect(people.requests()).toBe(0);
    },
    300_000,
  );

  needing().test(
    'a deploy tells people, and GitHub where an environment is named',
    async () => {
      const { main } = await played(job(), 'deploy-over-ssh', deploy({ environment: 'production' }));
      expect(main.log.filter((line) => line.startsWith('!'))).toEqual([]);
      expect(resultOf(main)).toBe('done');
      expect(heard(before)).toEqual(['slack', 'teams', 'webhook success']);
      expect(people.refused).toEqual([]);
      expect(github.deployments).toHaveLength(1);
      expect(github.deployments[0]?.fields).toMatchObject({ environment: 'production', ref: stage.repository.head() });
      expect(github.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success']);
      expect(github.deployments[0]?.statuses[1]).toMatchObject({ environment_url: stage.url });
    },
    300_000,
  );

  needing().test(
    'A failed deploy sends one message, which names step, host, run and what serves; a service that is down changes nothing',
    async () => {
      const live = await stage.serving();
      stage.commit('Break health');
      people.fail(503, 3);
      const { main } = await played(
        job(),
        'deploy-over-ssh',
        deploy({ environment: 'production' }, { SPINE_HEALTH: '500' }),
      );
      expect(resultOf(main)).toBe('undone');
      const [lost] = main.log.filter((line) => line.startsWith('!'));
      // three services at once: who met which of the three failures is chance, and each tries again
      expect(lost).toBeUndefined();
      expect(heard(before)).toEqual(['slack', 'teams', 'webhook undone']);
      const slack = people.taken.slice(before).find(({ kind }) => kind === 'slack')?.body ?? '';
      for (const text of ['checks', stage.host.ssh, '/actions/runs/', live ?? '?']) expect(slack).toContain(text);
      expect(github.deployments.at(-1)?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'failure']);
      const gone = await played(
        job({ more: { token, env: { GITHUB_API_URL: 'http://127.0.0.1:1', ...closed } } }),
        'deploy-over-ssh',
        deploy({ environment: 'production' }, { SPINE_HEALTH: '500' }),
      );
      expect(resultOf(gone.main)).toBe('undone');
      expect(gone.main.log.filter((line) => line.startsWith('!')).sort()).toEqual([
        '! the deployment is not recorded at GitHub: GitHub gave no answer',
        ...['slack', 'teams', 'webhook'].map((kind) => `! the notice to ${kind} did not arrive: ECONNREFUSED`),
      ]);
      expect(await stage.serving()).toBe(live);
    },
    600_000,
  );

  /** Resolves when a line of the log holds the text; and what watches for it. */
  const line = (text: string): { readonly show: (line: string) => void; readonly comes: Promise<void> } => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const show = (shown: string): void => {
      if (shown.includes(text)) resolve(undefined);
    };
    return { show, comes: promise };
  };
  /** A run of this id that is lost after its switch. */
  const lost = async (within: string, runId: string): Promise<void> => {
    stage.commit('Be lost');
    const { show, comes } = line('✓ switch to');
    const of = job({ run: { runId }, show });
    of.start('deploy-over-ssh', { inputs: { env: names, ...deploy({ 'confirm-within': within }) } });
    await comes;
    of.die();
  };

  needing().test(
    'what the host took back by itself is told by the next action, once',
    async () => {
      const live = await stage.serving();
      await lost('1s', '5001');
      for (let tries = 0; tries < 600 && !/t\d+ undone/.test(await stage.status()); tries++) await sleep(500);
      const from = people.taken.length;
      const first = await played(job(), 'smoke-test', {});
      expect(resultOf(first.main)).toBe('done');
      expect(first.main.summary).toContain('nobody confirmed it in time');
      expect(heard(from)).toEqual(['slack', 'teams', 'webhook reverted']);
      expect(await stage.serving()).toBe(live);
      const again = await played(job(), 'smoke-test', {});
      expect(again.main.summary).not.toContain('nobody confirmed it in time');
      expect(people.taken).toHaveLength(from + 3);
    },
    300_000,
  );

  needing().test(
    'a run that GitHub says is over is not waited for',
    async () => {
      await lost('30m', '5002');
      github.runs.set('5002', { status: 'completed', conclusion: 'failure', run_attempt: 1 });
      stage.commit('Come next');
      const { main } = await played(job(), 'deploy-over-ssh', deploy());
      expect(resultOf(main)).toBe('done');
      expect(main.log.join('\n')).toContain('/actions/runs/5002 is over (failure)');
      expect(await stage.serving()).toBe(main.outputs['release']);
    },
    300_000,
  );

  needing().test(
    'without the right to ask it is waited for, and the log says what would help',
    async () => {
      await lost('30m', '5003');
      github.rights.delete('actions');
      stage.commit('Come too early');
      const { show, comes } = line('is not known');
      const of = job({ show });
      const waits = played(of, 'deploy-over-ssh', deploy());
      await comes;
      const held = (): string => readFileSync(join(stage.base, '.landfall/transaction'), 'utf8');
      const between = held();
      of.cancel();
      const { main } = await waits;
      github.rights.set('actions', 'read');
      expect(main.exit).toBe(1);
      expect(main.log.join('\n')).toContain('GitHub answered 403; the job needs `permissions: { actions: read }`');
      expect(between).toContain('/actions/runs/5003');
      expect(held()).toBe(between);
    },
    600_000,
  );

  needing().test(
    'a person takes it back by a run of phase: abort',
    async () => {
      const push = await played(job(), 'deploy-over-ssh', { phase: 'abort' });
      expect(resultOf(push.main)).toBe('refused');
      const event = { name: 'workflow_dispatch', payload: {} };
      const { main } = await played(job({ run: { actor: 'eve' }, more: { event } }), 'deploy-over-ssh', {
        phase: 'abort',
      });
      expect(resultOf(main)).toBe('done');
      expect(main.log.join('\n')).toMatch(/t\d+ of grace \(\S+\/actions\/runs\/5003\) is taken back: \S+ serves/);
      const journal = readFileSync(join(stage.base, '.landfall/journal.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { e: string; text: string }); // prettier-ignore
      const undone = journal.findLast(({ e }) => e === 'undone');
      expect(Buffer.from(undone?.text ?? '', 'base64').toString()).toMatch(/^aborted by eve \S+\/actions\/runs\/\d+$/);
    },
    300_000,
  );

  needing().test(
    'C8 what somebody changed on the host is named, in the release or in what runs it: refused, or left behind as told; what was done by hand is in the journal',
    async () => {
      const live = await stage.serving();
      const edited = join(stage.base, 'releases', live ?? '', 'spine/urls.py');
      appendFileSync(edited, '# mended by hand\n');
      stage.commit('Know nothing of it');
      const { main } = await played(job(), 'deploy-over-ssh', deploy());
      expect(resultOf(main)).toBe('refused');
      expect(main.log.join('\n')).toContain(`HOST_DRIFTED: in ${live ?? ''}, which serves, these files were changed on the host: spine/urls.py`); // prettier-ignore
      expect(await stage.serving()).toBe(live);
      const told = await played(job(), 'deploy-over-ssh', { ...deploy(), 'allow-drift': 'true' });
      expect(resultOf(told.main)).toBe('done');
      expect(told.main.summary).toContain('spine/urls.py');
      expect(readFileSync(edited, 'utf8')).toContain('mended by hand');
      const number = told.main.outputs['transaction'] ?? '';
      execFileSync('sh', [join(stage.base, '.landfall/undo'), number], { stdio: 'ignore' });
      expect(await stage.serving()).toBe(live);
      const journal = readFileSync(join(stage.base, '.landfall/journal.jsonl'), 'utf8');
      expect(journal.trim().split('\n').map((line) => JSON.parse(line) as { e: string; kind?: string; of?: string })).toContainEqual(expect.objectContaining({ e: 'opened', kind: 'undo' })); // prettier-ignore
      // what came back is the release that was edited
      const smoked = await played(job(), 'smoke-test', {});
      expect(resultOf(smoked.main)).toBe('done');
      expect(smoked.main.summary).toContain('spine/urls.py');

      // the file by which the service runs
      const run = join(stage.base, '.landfall/run');
      const program = join(run, 'programs', readdirSync(join(run, 'programs'))[0] ?? '');
      const was = readFileSync(program, 'utf8');
      appendFileSync(program, '; slower by hand\n');
      const unit = await played(job(), 'deploy-over-ssh', deploy());
      expect(resultOf(unit.main)).toBe('refused');
      const said = unit.main.log.join('\n');
      expect(said).toContain(`HOST_DRIFTED: in ${live ?? ''}, which serves, these files were changed on the host: spine/urls.py; these, by which its services run, were changed on the host: ${program}`); // prettier-ignore
      expect(readFileSync(program, 'utf8')).toBe(`${was}; slower by hand\n`);
      const anew = await played(job(), 'deploy-over-ssh', { ...deploy(), 'allow-drift': 'true' });
      expect(resultOf(anew.main)).toBe('done');
      expect(anew.main.summary).toContain(program);
      expect(readFileSync(program, 'utf8')).toBe(was);

      // another release, restarted by hand
      const now = anew.main.outputs['release'] ?? '';
      await stage.shell(`ln -sfn releases/${live ?? ''} ${stage.base}/current`);
      await stage.shell(`supervisorctl -c ${run}/supervisord.conf restart all`);
      const led = `current was led to ${live ?? ''} by hand, and ${now} is what was confirmed`;
      expect((await played(job(), 'smoke-test', {})).main.summary).toContain(led);
      const back = await played(job(), 'deploy-over-ssh', deploy());
      expect(resultOf(back.main)).toBe('refused');
      expect(back.main.log.join('\n')).toContain(led);
      expect(await stage.serving()).toBe(live);
      expect(resultOf((await played(job(), 'deploy-over-ssh', { ...deploy(), 'allow-drift': 'true' })).main)).toBe(
        'done',
      );
      expect(await stage.serving()).toBe(now);
    },
    600_000,
  );

  needing().test('no address and no token is in anything that was shown or kept', () => {
    expect(all.length).toBeGreaterThan(12);
    const secrets = [people.secret, 'closed-secret-path', token, 'the-key-of-the-hook'];
    for (const end of all) {
      const report = end.outputs['report'];
      const kept = report !== undefined && existsSync(report) ? readFileSync(report, 'utf8') : '';
      const unmasked = end.raw.filter((line) => !line.startsWith('::add-mask::')).join('\n');
      for (const secret of secrets)
        expect(`${unmasked}${end.summary}${kept}${JSON.stringify(end.outputs)}`).not.toContain(secret);
    }
  });
});
