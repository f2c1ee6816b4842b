/** What workflows do, as they are written, when a runner runs them: one after the other on one host, and any of them alone. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { readJournal } from '#journal';
import type { TransactionRecord } from '#plan';
import { expect } from '../demo/stage.ts';
import { githubServer } from '../fakes/github-server.ts';
import { startPackageIndex } from '../lab/package-index.ts';
import { calm, fact, wrongWith } from '../proof/host-state.ts';
import type { Theatre } from './theatre.ts';

export type Scenario = {
  readonly title: string;
  readonly play: (theatre: Theatre, show: (line: string) => void) => Promise<void>;
};

const serves = async ({ stage }: Theatre, commit: string): Promise<void> => {
  const found = (await stage.serving()) ?? 'nothing';
  expect(found.startsWith(commit.slice(0, 7)), `a release of ${commit.slice(0, 7)} should serve, and ${found} does`);
};

const ended = (end: { ok: boolean; steps: readonly string[] }, ok: boolean): void => {
  expect(end.ok === ok, `the run should ${ok ? 'succeed' : 'fail'}, and its steps are:\n${end.steps.join('\n')}`);
};

/** A release serves, and one before it is there to go back to. */
const deployedTwice = async (theatre: Theatre, show: (line: string) => void): Promise<string> => {
  for (;;) {
    const [, before] = /\(before: (?!none)(\S+)\)/.exec(await theatre.stage.status()) ?? [];
    if (before !== undefined) return before;
    theatre.stage.commit('Be there');
    ended(await theatre.run({ event: 'push', workflow: 'one-step.yml' }, show), true);
  }
};

const oneStep: Scenario = {
  title: 'one-step.yml: a push is deployed',
  play: async (theatre, show) => {
    const commit = theatre.stage.commit('Begin');
    ended(await theatre.run({ event: 'push', workflow: 'one-step.yml' }, show), true);
    await serves(theatre, commit);
  },
};

/** The run that is taken back by the foreign step, and then run again. */
const composed: Scenario = {
  title: 'composed.yml: a later step that is not ours fails, and the release is taken back; re-run, it stays',
  play: async (theatre, show) => {
    const { stage } = theatre;
    const before = await stage.serving();
    const commit = stage.commit('Be refused');
    const run = theatre.nextRun();
    writeFileSync(theatre.veto, '');
    const refused = await theatre.run({ event: 'push', workflow: 'composed.yml', run }, show);
    ended(refused, false);
    expect(
      refused.log.includes('the veto is there'),
      'the foreign step should have run, and have been the one that failed',
    );
    expect((await stage.serving()) === before, `${before ?? ''} should serve again`);
    expect(/ undone$/m.test(await stage.status()), 'the host should call the transaction undone');
    rmSync(theatre.veto);
    ended(await theatre.run({ event: 'push', workflow: 'composed.yml', run, attempt: 2 }, show), true);
    await serves(theatre, commit);
    expect(/ confirmed$/m.test(await stage.status()), 'the host should call the transaction confirmed');
  },
};

const onDemand: Scenario = {
  title: 'on-demand.yml: workflow_dispatch deploys the branch that is named, and its limits hold',
  play: async (theatre, show) => {
    const { stage } = theatre;
    const before = await stage.serving();
    const branch = theatre.branch('feature', 'A feature');
    stage.commit('Something on main');
    const dispatch = (inputs: object) =>
      theatre.run({ event: 'workflow_dispatch', workflow: 'on-demand.yml', payload: { inputs } }, show);
    // a restart takes longer than this: the input reaches the host's switch
    ended(await dispatch({ ref: 'feature', 'max-downtime': '1ms', 'allow-older': 'false' }), false);
    expect((await stage.serving()) === before, `${before ?? ''} should serve again`);
    ended(await dispatch({ ref: 'feature', 'max-downtime': '60s', 'allow-older': 'false' }), true);
    await serves(theatre, branch);
  },
};

const rollback: Scenario = {
  title: 'rollback.yml: workflow_dispatch goes back, and the host keeps the reason',
  play: async (theatre, show) => {
    const { stage } = theatre;
    const before = await deployedTwice(theatre, show);
    const inputs = { to: 'previous', reason: 'The feature "x"; $(true) `id`' };
    ended(await theatre.run({ event: 'workflow_dispatch', workflow: 'rollback.yml', payload: { inputs } }, show), true);
    await serves(theatre, before);
    const journal = readFileSync(join(stage.base, '.landfall/journal.jsonl'), 'utf8');
    const told = Buffer.from(`grace\n${inputs.reason}`).toString('base64');
    expect(journal.includes(told.slice(0, -4)), 'the reason should be in the journal as it was written');
    expect(fact(theatre.production, 'reason') === inputs.reason, 'and in the transaction');
  },
};

const releaseTag: Scenario = {
  title: 'release-tag.yml: a tag deploys its own commit, though main is further',
  play: async (theatre, show) => {
    const tagged = theatre.tag('v1.4.0', 'A release');
    const payload = { ref: 'refs/tags/v1.4.0' };
    ended(await theatre.run({ event: 'push', workflow: 'release-tag.yml', payload, at: tagged }, show), true);
    await serves(theatre, tagged);
  },
};

const scheduled: Scenario = {
  title: 'scheduled-smoke-test.yml: green on what serves, red when a process is gone',
  play: async (theatre, show) => {
    const { stage } = theatre;
    await deployedTwice(theatre, show);
    const control = `supervisorctl -c ${stage.base}/.landfall/run/supervisord.conf`;
    ended(await theatre.run({ event: 'schedule', workflow: 'scheduled-smoke-test.yml' }, show), true);
    await stage.shell(`${control} stop all`);
    ended(await theatre.run({ event: 'schedule', workflow: 'scheduled-smoke-test.yml' }, show), false);
    await stage.shell(`${control} start all`);
  },
};

/** The lines of a target's journal about one event, with their text. */
const told = ({ dir }: { readonly dir: string }, event: string): readonly string[] =>
  readJournal(readFileSync(join(dir, '.landfall/journal.jsonl'), 'utf8'))
    .events.filter(({ e }) => e === event)
    .map(({ tx, text }) => `t${tx} ${text}`);

/** sign-off.yml as it is written, and then what its report says. */
const shown = (text: string): string => {
  const workflow = parse(text) as { readonly jobs: { readonly 'sign-off': { readonly steps: object[] } } };
  const { steps } = workflow.jobs['sign-off'];
  Object.assign(steps.at(-1) ?? {}, { id: 'signed' });
  steps.push({ run: 'cat "$REPORT"', env: { REPORT: '${{ steps.signed.outputs.report }}' } });
  return stringify(workflow);
};

/** A person signs off what serves, and nothing else; the report tells all that happened around it. */
const signOff = async (theatre: Theatre, transaction: string, show: (line: string) => void): Promise<void> => {
  const { production: at } = theatre;
  const workflow = 'sign-off-shown.yml';
  theatre.commit('Show what is signed', { [`.github/workflows/${workflow}`]: shown(theatre.text('.github/workflows/sign-off.yml')) }); // prettier-ignore
  const sign = (event: 'workflow_dispatch' | 'push', signed: string) =>
    theatre.run({ event, workflow, payload: { inputs: { transaction: signed, target: 'production' } } }, show);
  ended(await sign('workflow_dispatch', 't999'), false);
  expect(told(at, 'verified').length === 0, 'what does not serve should not be signed off');
  const end = await sign('workflow_dispatch', transaction);
  ended(end, true);
  expect(
    told(at, 'verified').join().startsWith(`${transaction} grace\nhttps://github.com/spine/notes/actions/runs/`),
    `the journal should name who signed: ${told(at, 'verified').join('; ')}`,
  );
  const printed = end.log.split('\n').flatMap((line) => (line.startsWith('{') ? [(JSON.parse(line) as { raw_output?: boolean; msg?: string })] : [])).filter(({ raw_output: raw }) => raw === true).map(({ msg = '' }) => msg).join(''); // prettier-ignore
  const { record } = JSON.parse(/\{\s*"v": 1,[^]*\n\}/.exec(printed)?.[0] ?? '{}') as {
    readonly record?: TransactionRecord;
  };
  expect(record?.transaction === transaction && record.opened?.by === 'grace', 'the report should say who deployed');
  expect(record?.approvals.map(({ by }) => by).join() === 'ada', 'and who approved');
  const times = [record?.opened?.at, record?.confirmedAt, record?.verified[0]?.at].map((time) =>
    Date.parse(time ?? ''),
  );
  expect(
    times.every((time, n) => time >= (times[n - 1] ?? 0)),
    `and when: ${JSON.stringify(record)}`,
  );
  expect(record?.verified.map(({ by }) => by).join() === 'grace', 'and who signed it off');
};

const stagingThenProduction: Scenario = {
  title:
    'C12 staging-then-production.yml: nothing is held on the host until the switch; who approved, who deployed and who signed off are in its journal',
  play: async (theatre, show) => {
    const { stage } = theatre;
    const before = await stage.serving();
    const commit = theatre.twoTargets();
    const { production: at } = theatre;
    const number = fact(at, 'number');
    // what is wrong where reviewers would be asked: when the job that switches comes, and is not let in yet
    let found: readonly string[] | undefined;
    theatre.onLogin(async () => {
      if (found !== undefined || theatre.prepared(commit) === undefined) return;
      const staging = (await theatre.stagingServes()) ?? 'nothing';
      found = [
        ...(await wrongWith(at, stage.serving)),
        // what the job before has asked may take a moment to end on a busy machine; what is held lasts
        ...(await calm(at, 30_000).then(
          () => [],
          (thrown: unknown) => [String(thrown)],
        )),
        ...(fact(at, 'number') === number ? [] : ['a transaction was opened']),
        ...((await stage.serving()) === before ? [] : ['another release serves']),
        ...(staging.startsWith(commit.slice(0, 7)) ? [] : [`staging serves ${staging}`]),
      ];
    });
    // GitHub's part, which act has none of: it let the job of this run go on when ada agreed
    const token = 'ghs_a-token-of-the-job';
    const github = await githubServer('spine/notes', token);
    try {
      const run = theatre.nextRun();
      github.runs.set(String(run), { status: 'in_progress' });
      const production = { id: 2, name: 'production', updated_at: '2026-01-01T00:00:00Z' };
      const user = { login: 'ada', id: 7 };
      github.reviews.set(String(run), [
        { environments: [{ ...production, id: 1, name: 'staging' }], state: 'rejected', user, comment: 'not yet' },
        { environments: [production], state: 'approved', user, comment: 'Ship it' },
      ]);
      const asked = { api: github.url, secrets: { GITHUB_TOKEN: token } };
      const end = await theatre.run({ event: 'push', workflow: 'staging-then-production.yml', run, ...asked }, show);
      expect(found?.length === 0, `between prepare and switch: ${found?.join('; ') ?? 'nobody came'}`);
      ended(end, true);
      await serves(theatre, commit);
      const now = fact(at, 'number');
      expect(
        told(at, 'approved').at(-1) === `t${now} [{"environment":"production","by":"ada"}]`,
        `the journal should name the reviewer: ${told(at, 'approved').join('; ')}`,
      );
      await signOff(theatre, `t${now}`, show);
    } finally {
      await github.close();
    }
  },
};

/** Workflows that call the reusable ones with all that these take beside a key. */
const callers = {
  ship: `on: workflow_dispatch
permissions: {}
jobs:
  ship:
    permissions: { contents: read, actions: read }
    uses: OWNER/landfall/.github/workflows/ship.yml@v1
    secrets:
      SSH_KEY: \${{ secrets.SSH_KEY }}
      ENV_FILE: \${{ secrets.ENV_FILE }}
      PACKAGE_INDEX: \${{ secrets.PACKAGE_INDEX }}
      ENV_VALUES: |
        SMOKE_NAME=\${{ secrets.SMOKE_NAME }}
        SMOKE_TOKEN='\${{ secrets.SMOKE_TOKEN }}'
`,
  back: `on: workflow_dispatch
permissions: {}
jobs:
  back:
    permissions: { contents: read, actions: read }
    uses: OWNER/landfall/.github/workflows/rollback.yml@v1
    secrets:
      SSH_KEY: \${{ secrets.SSH_KEY }}
      ENV_VALUES: |
        SMOKE_NAME=\${{ secrets.SMOKE_NAME }}
        SMOKE_TOKEN='\${{ secrets.SMOKE_TOKEN }}'
`,
};

const values: Scenario = {
  title:
    'ship.yml and rollback.yml: checks get their values, the preparation its package index, and nobody is shown them',
  play: async (theatre, show) => {
    const { stage } = theatre;
    await deployedTwice(theatre, show);
    const before = theatre.text('landfall.yml');
    const described = parse(before) as { readonly smoke: readonly object[] };
    const smoke = [...described.smoke, { get: '/notes/?$SMOKE_NAME', headers: { 'X-Smoke': '$SMOKE_TOKEN' } }];
    const commit = theatre.commit('Check with values', {
      'landfall.yml': stringify({ ...described, smoke }),
      '.github/workflows/with-values.yml': callers.ship,
      '.github/workflows/back-with-values.yml': callers.back,
    });
    const [SMOKE_NAME, SMOKE_TOKEN] = ['visitor', 'plain words that nobody may read'];
    const own = { SMOKE_NAME, SMOKE_TOKEN };
    const dispatch = async (workflow: string, secrets: Readonly<Record<string, string>>) => {
      const end = await theatre.run({ event: 'workflow_dispatch', workflow, secrets }, show);
      // act keeps a record of each mask, the text in it
      const lines = end.log.split('\n').filter((line) => !line.includes('"command":"add-mask"'));
      for (const word of [SMOKE_NAME, SMOKE_TOKEN])
        expect(!lines.some((line) => line.includes(word)), `${word} should be shown nowhere`);
      return end;
    };
    const unset = await dispatch('with-values.yml', { SMOKE_NAME });
    ended(unset, false);
    expect(unset.log.includes('SMOKE_TOKEN is empty'), 'a secret that is not set should be named');
    ended(await dispatch('with-values.yml', own), true);
    await serves(theatre, commit);
    ended(await dispatch('back-with-values.yml', own), true);
    const index = await startPackageIndex({ user: 'smoke', password: 'a-token-for-packages' });
    try {
      // it has none of the packages: that it was asked with its password shows that the preparation had it
      ended(await dispatch('with-values.yml', { ...own, PACKAGE_INDEX: index.open }), false);
      expect(
        index.asked.some((line) => line.startsWith('404 /simple/')),
        `the index heard: ${index.asked.join(', ')}`,
      );
    } finally {
      await index.end();
    }
    expect((await stage.serving())?.startsWith(commit.slice(0, 7)) === false, 'what was gone back to should serve');
    theatre.commit('Check as before', { 'landfall.yml': before });
  },
};

export const scenarios: readonly Scenario[] = [
  oneStep,
  composed,
  onDemand,
  rollback,
  releaseTag,
  scheduled,
  values,
  stagingThenProduction,
];
