import { Failure } from '#fault';
import type { Problem } from '#fault';
import { readJournal, recordOf } from '#journal';
import type { ReleaseId, RunContext } from '#plan';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';
import { look } from './survey.ts';
import type { Survey } from './survey.ts';

/** What is wrong with a sign-off as it is asked for. Only GitHub's word says who it is, and only of a run that a person started. */
export const signOffProblems = (
  signOff: string | undefined,
  { event }: Pick<RunContext, 'event'>,
): readonly Problem[] => {
  if (signOff === undefined) return [];
  const where = 'input sign-off';
  return [
    ...(/^t[1-9]\d{0,8}$/.test(signOff)
      ? []
      : [{ where, what: `\`${signOff}\` is no transaction`, next: 'name one as the summary of its deploy does: t42' }]),
    ...(event === 'workflow_dispatch'
      ? []
      : [
          {
            where,
            what: 'a person signs off, and this run was not started by one',
            next: 'start it by hand: on: workflow_dispatch',
          },
        ]),
  ];
};

/** The release that is to be signed off: of a confirmed transaction, and serving still. Throws RELEASE_UNKNOWN. */
export const signedRelease = (signOff: string, { found, history }: Survey): ReleaseId => {
  const past = history.transactions.find(({ number }) => `t${number}` === signOff);
  if (past !== undefined && history.serving.has(past.number) && past.release === found.current) return past.release;
  const now = history.transactions.findLast(
    ({ number, release }) => history.serving.has(number) && release === found.current,
  );
  throw new Failure({
    code: 'RELEASE_UNKNOWN',
    what: `${signOff} is no confirmed transaction whose release serves: ${now === undefined ? found.current || 'nothing' : `t${now.number} (${now.release})`} does`,
    next: 'Sign off what serves. What is not confirmed yet, or was left since, cannot be.',
  });
};

/** The person who started this run vouches for what has just been proven: kept in the host's journal, and read from there. */
export const signOff = async (scene: Scene, signed: string, { found }: Survey): Promise<string> => {
  const { context, target } = scene;
  const number = Number(signed.slice(1));
  const who = context.restartedBy ?? context.actor;
  const input = {
    base: target.base,
    seen: `${found.number}:${found.phase}`,
    number,
    run: context.runId,
    attempt: context.attempt,
    who: `${who}\n${context.url}`,
  };
  await perform(scene, step(scene, 'sign-off', `keep that ${who} signs ${signed} off`, 'sign-off', input));
  const { journal } = await look(scene);
  scene.evidence.transaction = signed;
  scene.evidence.record = recordOf(readJournal(journal).events, number);
  return who;
};
