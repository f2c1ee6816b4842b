import { createHash } from 'node:crypto';
import { Failure, must } from '#fault';
import { paceOf } from '#plan';
import type { Found, HandMade, KeptProgram, Note, Plan, ReleaseId } from '#plan';
import { probeBody } from '#remote';
import { declaredShared, envHash, leavesOf, packed, probedOf, recordFiles, shareable } from '#release';
import type { Application, Release } from '#release';
import { describeHandMade } from './hand-made.ts';
import { keptBy, programOf } from './hand-made-programs.ts';
import type { Migration } from './migrate.ts';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import type { Survey } from './survey.ts';

/** What people have made at `path`, as the release that the first deploy makes of it. */
export type Adoption = {
  readonly id: ReleaseId;
  readonly commit: string;
  /** One keeps all of them. */
  readonly programs: readonly (Pick<KeptProgram, 'keeper' | 'conf' | 'program'> & { readonly service: string })[];
  readonly application: Application | undefined;
  /** What of it outlives releases, as `lend` takes it. */
  readonly shared: readonly string[];
  readonly env: HandMade['env'];
  /** What git ignores there. */
  readonly left: readonly string[];
};

type On = Pick<Scene, 'host' | 'target'>;

/**
 * Where a directory is at `path`, it is looked at; where one was adopted before, its programs are asked for. Where it may be adopted too, what follows reads as if it were a release already:
 * something serves that an undo brings back. Changes nothing.
 */
export const withHandMade = async (scene: Scene, surveyed: Survey): Promise<Survey> => {
  const { found } = surveyed;
  const { target } = scene;
  if (!found.path.startsWith('directory')) return withTheirs(scene, surveyed);
  const { base, path, directory, python } = target;
  const made = await perform(
    scene,
    step(scene, 'hand-made', `look at what is at ${path}`, 'hand-made', { base, path, directory, venv: python.venv }),
    { body: probeBody, note: describeHandMade },
  );
  if (target.adopt !== true) return { ...surveyed, made };
  return { ...surveyed, found: asServing(found, made, target.services), made };
};

/** Whoever keeps programs that were adopted may have changed what they are since, and knows of new ones. */
export const withTheirs = async (scene: Scene, surveyed: Survey): Promise<Survey> => {
  const { found } = surveyed;
  const { base, services } = scene.target;
  if (found.servicesUnder !== 'adopted') return surveyed;
  const asking = step(scene, 'their-programs', 'ask who keeps the adopted programs', 'their-programs', {
    base,
    services: services.map(({ name }) => name),
  });
  return { ...surveyed, found: { ...found, theirs: await perform(scene, asking) } };
};

const asServing = (found: Found, made: HandMade, services: Scene['target']['services']): Found => ({
  ...found,
  previous: idOf(made),
  sharedEnv: made.env ?? found.sharedEnv,
  servicesUnder: 'adopted',
  pace: paceOf(services),
  processes: services.flatMap(({ name }) => {
    const pid = programOf(made, name)?.pid;
    return pid === undefined ? [] : [{ service: name, pid, release: idOf(made), verdict: 'ok' as const }];
  }),
});

const idOf = ({ commit }: HandMade): ReleaseId => `adopted-${(commit ?? 'unknown').slice(0, 7)}`;

/**
 * What is to be adopted, once preflight has found nothing against it; undefined: nothing is. What outlives releases is what the
 * key `shared` names, and what Django there says: its SQLite files and its MEDIA_ROOT. Faults: APPLICATION_FAILED.
 */
export const adoptionOf = ({ target, host }: On, { made }: Survey): Adoption | undefined => {
  if (made?.commit === undefined || target.adopt !== true) return undefined;
  if (made.application === null)
    throw new Failure({
      code: 'APPLICATION_FAILED',
      what: `the application in ${target.path} cannot be asked what it keeps there`,
      host: host.name,
      next: `Read the lines above. It is asked with ${target.python.venv}/bin/python and the variables of its .env: what its program sets beside these must stand there, too.`,
    });
  const application = made.application === undefined ? undefined : must(probedOf(made.application));
  const programs = target.services.flatMap(({ name }) => {
    const one = programOf(made, name);
    return one === undefined ? [] : [{ service: name, program: one.program, keeper: one.keeper, conf: one.conf }];
  });
  return {
    id: idOf(made),
    commit: made.commit,
    programs,
    application,
    shared: shareable([
      ...declaredShared(target.shared, []),
      ...keptInside(application).map((path) => ({ path, kind: 'file' as const })),
    ]).map(({ path }) => path),
    env: made.env,
    left: made.left,
  };
};

const keptInside = (application: Application | undefined): readonly string[] =>
  application === undefined
    ? []
    : [...application.databases.map(({ inside }) => inside), application.media.inside].filter(
        (inside): inside is string => inside !== null && inside !== '.',
      );

/** @param variables the release takes its variables from the host */
export const lendStep = (on: On, { shared, env }: Adoption, variables: boolean): StepOf<'lend'> =>
  step(on, 'lend', `let the release see what ${on.target.path} has of ${shared.join(', ') || 'nothing'}`, 'lend', {
    base: on.target.base,
    path: on.target.path,
    env: variables && env !== undefined,
    shared,
  });

export const adoptStep = (on: On, number: number, { id }: Adoption): StepOf<'adopt'> =>
  step(on, 'adopt', `note that ${on.target.path} becomes ${id}, and is given back by an undo`, 'adopt', {
    base: on.target.base,
    number,
    path: on.target.path,
    release: id,
  });

/** Lets the release that is prepared see what is there. Gives what there is of it. Nothing where nothing is adopted. Faults: PATH_OCCUPIED. */
export const lend = async (scene: Scene, { adoption }: Survey, variables: boolean): Promise<readonly string[]> =>
  adoption === undefined
    ? []
    : perform(scene, lendStep(scene, adoption, variables), {
        note: (lent) => (lent.length === 0 ? 'there is none of it' : lent.join(', ')),
      });

/** What is given back must be what it was, its database too. Throws MIGRATIONS_PENDING. */
export const refuseMigration = (adoption: Adoption | undefined, before: Migration): void => {
  if (adoption === undefined || before === undefined) return;
  throw new Failure({
    code: 'MIGRATIONS_PENDING',
    what: 'the database of the installation that is to be adopted is empty, and the release would fill it',
    next: 'Migrate it there, by hand, and run again: a deploy that adopts changes no database.',
  });
};

/** Notes it in the open transaction: from the switch on it is the release that an undo brings back. Faults: PATH_OCCUPIED, TX_FENCED. */
export const adopt = async (
  scene: Scene,
  number: number,
  adoption: Adoption,
  lent: readonly string[],
): Promise<void> => {
  await perform(scene, adoptStep(scene, number, adoption), {
    body: packed(written(scene, adoption, lent), scene.wall()),
  });
};

/** What is written about it on the host, apart from its own files. */
const written = (scene: Scene, adoption: Adoption, lent: readonly string[]): ReadonlyMap<string, string> => {
  const facts = [...recordFiles(recordOf(scene, adoption, lent))].map(
    ([name, text]) => [name.replace(/^\.landfall\//, ''), text] as const,
  );
  return new Map([
    ...facts.map(([name, text]) => [name, name === 'release' ? `${text}${keeperFacts(adoption)}` : text] as const),
    ['programs', adoption.programs.map(({ service, program }) => `${service} ${program}\n`).join('')],
    ['shared', lent.map((path) => `${path}\n`).join('')],
  ]);
};

const keeperFacts = ({ programs: [one] }: Adoption): string =>
  `keeper=${one?.keeper ?? ''}\nsupervisor=${one?.conf ?? ''}\n`;

const recordOf = (
  { context, target, wall }: Scene,
  { id, commit, application, env }: Adoption,
  lent: readonly string[],
): Release => ({
  v: 1,
  id,
  // no release of Landfall's is ever equal to it
  hash: createHash('sha256').update(`${id} ${commit} ${target.path}`).digest('hex'),
  commit,
  run: { repository: context.repository, id: context.runId, attempt: context.attempt, url: context.url },
  actor: context.actor,
  env: env === undefined ? null : { names: [...env.names], hash: envHash(env.hash) },
  environment: null,
  python: null,
  venv: target.python.venv,
  directory: target.directory,
  services: [...target.services],
  // what people have made has none
  hooks: {},
  shared: [...lent],
  url: target.url ?? null,
  checks: [...target.checks],
  leaves: application === undefined ? [] : [...leavesOf(application)],
  createdAt: wall().toISOString(),
});

/** What becomes of it, for the plan. */
export const adoptionNotes = ({ target }: On, { adoption }: Survey): Plan['notes'] => {
  if (adoption === undefined) return [];
  const { id, commit, shared, programs, left } = adoption;
  const keeper = programs[0] === undefined ? 'nobody' : keptBy(programs[0]);
  const stays = left
    .map((path) => path.replace(/\/$/, ''))
    .filter((path) => path !== '.env' && path !== target.python.venv && !shared.some((one) => covers(one, path)));
  const note = (kind: Note['kind'], text: string): Note => ({ kind, text });
  return [
    note(
      'detected',
      `${target.path}, a checkout of ${commit.slice(0, 7)}, is adopted: it becomes releases/${id}, and ${target.path} the link`,
    ),
    note('detected', `of it outlives releases: ${shared.join(', ') || 'nothing'}`),
    note(
      'detected',
      `services stay with ${keeper}: ${programs.map(({ program }) => program).join(', ')}; their files are not edited, and \`command\` is not used`,
    ),
    ...(stays.length === 0
      ? []
      : [
          note(
            'warning',
            `git ignores ${stays.join(', ')}: the new release does not have it, it stays in releases/${id}. Name under \`shared\` what the application needs`,
          ),
        ]),
  ];
};

/** The path is the shared one, lies in it, or is what SQLite has beside it. */
const covers = (shared: string, path: string): boolean =>
  path === shared ||
  path.startsWith(`${shared}/`) ||
  (/^-(?:wal|shm|journal)$/.test(path.slice(shared.length)) && path.startsWith(shared));
