import { Failure, must } from '#fault';
import type { History } from '#journal';
import { schemaOf } from '#release';
import type { Application } from '#release';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';

/** What must be done to the database under the open transaction, before the switch. Nothing: undefined. */
export type Migration = ((number: number) => Promise<void>) | undefined;

const migrateStep = (scene: Scene, number: number, release: string, count: number): StepOf<'migrate'> =>
  step(scene, 'migrate', `apply ${count} migrations to the empty database`, 'migrate', {
    base: scene.target.base,
    number,
    release,
    python: scene.target.python.version,
  });

/** No release was ever confirmed here, and its first transaction began on an empty database: what it left half-way may be finished. */
const beganEmpty = ({ line, transactions }: History): boolean =>
  line.length === 0 && transactions.some(({ migrated }) => migrated);

/** How many pending migrations may be applied: those of an empty database. Throws MIGRATIONS_PENDING for any other. */
const applicable = (
  { target }: Pick<Scene, 'target'>,
  history: History,
  release: string,
  application: Application | undefined,
): number => {
  if (application === undefined) return 0;
  const schema = must(schemaOf(application));
  if (!('pending' in schema)) return 0;
  const { state, pending } = schema;
  if (state === 'pending' && !beganEmpty(history))
    throw new Failure({
      code: 'MIGRATIONS_PENDING',
      what: `${release} has ${pending.length} migrations that the database lacks`,
      said: pending,
      next: `If the running release can live with them, apply them by hand, with the variables of the release's .env: cd ${target.base}/releases/${release}/${target.directory}, then ${target.base}/releases/${release}/${target.python.venv}/bin/python manage.py migrate. Then run again.`,
    });
  return pending.length;
};

/**
 * What the pending migrations of a release allow. An empty database is migrated; anything else that is pending is refused,
 * before anything is opened. The application is asked again under the transaction: while this run waited, another may have filled
 * the database. Faults: MIGRATIONS_PENDING.
 */
export const migration = (
  scene: Scene,
  history: History,
  release: string,
  application: Application | undefined,
  ask: () => Promise<Application | undefined>,
): Migration => {
  if (applicable(scene, history, release, application) === 0) return undefined;
  return async (number) => {
    const count = applicable(scene, history, release, await ask());
    if (count === 0) return;
    await perform(scene, migrateStep(scene, number, release, count));
    const text = `migrations were applied to the empty database: ${count}`;
    scene.evidence.notes = [...scene.evidence.notes, { kind: 'info', text }];
  };
};
