import { setTimeout as sleep } from 'node:timers/promises';
import type { Step, StepEnd } from '../runner/index.ts';
import { expect, resultOf } from './stage.ts';
import type { Stage } from './stage.ts';

/** What an act tells while it plays: the steps' lines, and what the narrator says. */
export type Telling = { readonly show: (line: string) => void; readonly say: (line: string) => void };

export type Act = { readonly title: string; readonly play: (stage: Stage, telling: Telling) => Promise<void> };

const deploy = async (stage: Stage, { show }: Telling, inputs = stage.deploy()): Promise<StepEnd> => {
  const job = stage.job({ show });
  const end = await job.uses('deploy-over-ssh', inputs);
  await job.finish();
  if (end === undefined) throw new Error('the step was skipped');
  return end;
};

const serves = async (stage: Stage, release: string | undefined): Promise<void> => {
  const found = await stage.serving();
  expect(found === release, `${release ?? 'nothing'} should serve, and ${found ?? 'nothing'} does`);
};

/** Waits until the host says of its newest transaction that it is undone; at most 2 minutes. Asked seldom, for each answer takes the host a while. */
const undone = async (stage: Stage): Promise<void> => {
  for (let tries = 0; tries < 240 && !/t\d+ undone/.test(await stage.status()); tries++) await sleep(500);
};

/** Resolves with the first line that holds the text. */
const line = (): { show: (text: string) => void; comes: (text: string) => Promise<void> } => {
  const seen: string[] = [];
  const waiting: { text: string; go: () => void }[] = [];
  return {
    show: (text) => {
      seen.push(text);
      for (const { go } of waiting.filter((one) => text.includes(one.text))) go();
    },
    comes: (text) =>
      new Promise((go) => {
        if (seen.some((one) => one.includes(text))) go();
        else waiting.push({ text, go });
      }),
  };
};

/** Starts a deploy and lets it go on until a line of its log. */
const until = async (
  stage: Stage,
  telling: Telling,
  text: string,
  inputs = stage.deploy(),
): Promise<{ step: Step; finish: () => Promise<unknown> }> => {
  const watch = line();
  const job = stage.job({
    show: (one) => {
      telling.show(one);
      watch.show(one);
    },
  });
  const step = job.start('deploy-over-ssh', inputs);
  await Promise.race([watch.comes(text), step.ended]);
  return { step, finish: job.finish };
};

const release = (end: StepEnd): string => end.outputs['release'] ?? '';

const first: Act = {
  title: 'a first deploy: nothing was ever there',
  play: async (stage, telling) => {
    const end = await deploy(stage, telling);
    expect(resultOf(end) === 'done', `the deploy should be done, and is ${resultOf(end)}`);
    await serves(stage, release(end));
    telling.say(`${release(end)} serves at ${stage.url}`);
  },
};

/** The summary of one deploy is shown at the end. */
export let summary = '';

const second: Act = {
  title: 'a second deploy: the gap is measured from outside',
  play: async (stage, telling) => {
    stage.commit('Change the style');
    const end = await deploy(stage, telling);
    expect(resultOf(end) === 'done', `the deploy should be done, and is ${resultOf(end)}`);
    expect(
      Number(end.outputs['downtime-ms']) > 0,
      `a restart has a gap, and ${end.outputs['downtime-ms'] ?? 'none'} ms were measured`,
    );
    await serves(stage, release(end));
    summary = end.summary;
    telling.say(
      `unanswered for ${end.outputs['downtime-ms'] ?? '?'} ms; to take it back: ${end.outputs['undo'] ?? ''}`,
    );
  },
};

const unhealthy: Act = {
  title: 'a release whose health check fails is undone by itself',
  play: async (stage, telling) => {
    const before = await stage.serving();
    stage.commit('Break health');
    const end = await deploy(stage, telling, stage.deploy({}, { SPINE_HEALTH: '500' }));
    expect(resultOf(end) === 'undone' && end.exit === 1, `it should be undone, and is ${resultOf(end)}`);
    await serves(stage, before);
    telling.say(`${before ?? ''} serves again`);
  },
};

const killed: Act = {
  title: 'a run killed between switch and confirm: the host undoes by itself',
  play: async (stage, telling) => {
    const before = await stage.serving();
    stage.commit('Be killed');
    // time enough to see it serve, on a busy machine too
    const { step } = await until(stage, telling, '✓ switch to', stage.deploy({ 'confirm-within': '10s' }));
    step.kill();
    await step.ended;
    const between = await stage.serving();
    expect(between !== before, 'the new release should serve when the run is killed');
    telling.say(`killed; ${between ?? 'nothing'} serves, unconfirmed. Nobody acts now but the host.`);
    await undone(stage);
    await serves(stage, before);
    telling.say(`${before ?? ''} serves again: the watchdog on the host has undone it`);
  },
};

const two: Act = {
  title: 'two runs at once: one waits, then deploys',
  play: async (stage, telling) => {
    stage.commit('Come first');
    const one = await until(
      stage,
      {
        ...telling,
        show: (text) => {
          telling.show(`[run 1] ${text}`);
        },
      },
      '✓ open the transaction',
    );
    stage.commit('Come second');
    const other = await until(
      stage,
      {
        ...telling,
        show: (text) => {
          telling.show(`[run 2] ${text}`);
        },
      },
      'waiting for t',
    );
    const ends = await Promise.all([one.step.ended, other.step.ended]);
    await Promise.all([one.finish(), other.finish()]);
    expect(
      ends.every((end) => resultOf(end) === 'done'),
      `both should be done, and are ${ends.map(resultOf).join(' and ')}`,
    );
    expect(
      ends[1].log.some((text) => text.includes('waiting for t')),
      'the second run should have waited',
    );
    await serves(stage, release(ends[1]));
    telling.say(`${ends[0].outputs['transaction'] ?? ''}, then ${ends[1].outputs['transaction'] ?? ''}`);
  },
};

const zombie: Act = {
  title: 'a run that comes back after it was overtaken changes nothing',
  play: async (stage, telling) => {
    stage.commit('Fall asleep');
    const asleep = await until(
      stage,
      {
        ...telling,
        show: (text) => {
          telling.show(`[asleep] ${text}`);
        },
      },
      '✓ switch to',
      stage.deploy({ 'confirm-within': '1s' }),
    );
    process.kill(asleep.step.pid, 'SIGSTOP');
    telling.say('the run is stopped; its time passes, the host takes its release back, and another run goes on');
    stage.commit('Overtake');
    const end = await deploy(stage, {
      ...telling,
      show: (text) => {
        telling.show(`[overtakes] ${text}`);
      },
    });
    expect(resultOf(end) === 'done', `the overtaking run should be done, and is ${resultOf(end)}`);
    const before = await stage.status();
    process.kill(asleep.step.pid, 'SIGCONT');
    const woken = await asleep.step.ended;
    await asleep.finish();
    expect(woken.exit === 1, 'the run that woke up should fail');
    expect((await stage.status()) === before, 'the run that woke up changed something');
    await serves(stage, release(end));
    telling.say(`it woke up, was fenced out (${resultOf(woken)}), and ${release(end)} serves on`);
  },
};

const foreign: Act = {
  title: 'a later step of the job fails: the deploy is taken back',
  play: async (stage, telling) => {
    const before = await stage.serving();
    stage.commit('Pass, and fail later');
    const job = stage.job({ show: telling.show });
    await job.uses('deploy-over-ssh', stage.deploy({ phase: 'prepare' }));
    const switched = await job.uses('deploy-over-ssh', { inputs: { ...stage.access, phase: 'switch' } });
    expect(resultOf(switched) === 'done', `the switch should be done, and is ${resultOf(switched)}`);
    telling.say('the new release serves, unconfirmed; now `npx playwright test`, say, fails');
    await job.runs(() => {
      throw new Error('1 test failed');
    });
    await job.finish();
    await serves(stage, before);
    telling.say(`the post step has taken it back: ${before ?? ''} serves`);
  },
};

const rollback: Act = {
  title: 'a rollback to the release before',
  play: async (stage, telling) => {
    const before = await stage.serving();
    const job = stage.job({ show: telling.show });
    const end = await job.uses('rollback', { inputs: { ...stage.access, reason: 'the demo says so' } });
    await job.finish();
    expect(resultOf(end) === 'done', `the rollback should be done, and is ${resultOf(end)}`);
    const now = await stage.serving();
    expect(
      now === end?.outputs['release'] && now !== before,
      `${now ?? 'nothing'} serves after ${before ?? 'nothing'}`,
    );
    telling.say(`${now ?? ''} serves after ${before ?? ''}`);
  },
};

const byHand: Act = {
  title: 'the undo line, pasted by a person: no GitHub, no Landfall',
  play: async (stage, telling) => {
    const before = await stage.serving();
    stage.commit('Regret this');
    const end = await deploy(stage, telling);
    const undo = end.outputs['undo'] ?? '';
    telling.say(`$ ${undo}`);
    const command = undo.slice(undo.indexOf(' sh ') + 1);
    const { code, text } = await stage.shell(command);
    telling.show(text);
    expect(code === 0, `the line ended with ${code}`);
    await serves(stage, before);
    const again = await stage.shell(command);
    expect(again.code === 0, `pasted twice, the line ended with ${again.code}`);
    await serves(stage, before);
    telling.say(`${before ?? ''} serves; pasted again it does nothing`);
  },
};

export const acts: readonly Act[] = [first, second, unhealthy, killed, two, zombie, foreign, rollback, byHand];
