import type { Step } from '#plan';
import { sharedArguments } from '#release';
import type { Lock, Shared } from '#release';
import type { Designed } from './design.ts';
import { step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';

/** The steps that prepare a release, as data: the plan shows them, and they are carried out as they are. */
type On = Pick<Scene, 'host' | 'target' | 'context'>;

const staged = ({ target, context }: On, { release }: Pick<Designed, 'release'>) => ({
  base: target.base,
  staging: `${release.id}.${context.driver}`,
});

const place = ({ target }: On) => ({
  directory: target.directory,
  venv: target.python.venv,
  python: target.python.version,
});

const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

export const receiveStep = (on: On, designed: Designed, dropBytes = 0): StepOf<'receive'> =>
  step(
    on,
    'receive',
    designed.from === undefined
      ? `upload ${files(designed.travels.send.length)}`
      : `upload ${files(designed.travels.send.length)}, take ${designed.source.entries.length - designed.travels.send.length} from ${designed.from}, prove all`,
    'receive',
    { ...staged(on, designed), from: designed.from, want: designed.source.listHash, dropBytes },
  );

export const arrangeStep = (on: On, designed: Designed): StepOf<'arrange'> =>
  step(on, 'arrange', 'link what is shared, write .env', 'arrange', {
    ...staged(on, designed),
    environment: designed.environment,
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
    env: designed.env,
    shared: sharedArguments(designed.shared),
  });

export const environmentStep = (
  on: On,
  designed: Designed & { lock: Lock; environment: string },
): StepOf<'environment'> =>
  step(on, 'environment', `Python environment ${designed.environment} from ${designed.lock.file}`, 'environment', {
    ...staged(on, designed),
    hash: designed.environment,
    python: on.target.python.version,
    installer: designed.lock.installer,
    lock: designed.lock.file,
    index: designed.index,
  });

const probeSays = ({ kept }: Pick<Designed, 'kept'>): string =>
  `ask the application about itself${kept ? '' : ', collect static files if there are any'}`;

export const probeStep = (on: On, designed: Pick<Designed, 'release' | 'environment' | 'kept'>): StepOf<'probe'> =>
  step(on, 'probe', probeSays(designed), 'probe', {
    collect: !designed.kept,
    base: on.target.base,
    staging: designed.kept ? `releases/${designed.release.id}` : staged(on, designed).staging,
    ...place(on),
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
  });

const publishSays = ({ kept, release, translations }: Designed): string =>
  kept
    ? `note that this run has prepared ${release.id} too`
    : `${translations.length > 0 ? 'compile translations, collect static files, ' : ''}publish ${release.id}`;

export const publishStep = (
  on: On,
  designed: Designed,
  {
    compilemessages,
    collectstatic,
    shared,
  }: { compilemessages: boolean; collectstatic: boolean; shared: readonly Shared[] },
): StepOf<'publish'> =>
  step(on, 'publish', publishSays(designed), 'publish', {
    ...staged(on, designed),
    ...place(on),
    venv: designed.environment === undefined ? undefined : on.target.python.venv,
    id: designed.release.id,
    hash: designed.release.hash,
    environment: designed.environment,
    compilemessages,
    collectstatic,
    run: `${on.context.runId}/${on.context.attempt}`,
    shared: sharedArguments(shared),
  });

/** What the runner does itself. */
export const runnerStep = (id: 'checks' | 'gap', says: string): Step => ({
  id,
  on: 'runner',
  says,
  call: { runner: id, input: {} },
  exclusive: false,
  interrupt: 'kill',
});
