import { posix } from 'node:path';
import { answering } from '#plan';
import type { Manager, Note, Plan, Step } from '#plan';
import type { Release } from '#release';
import { adoptionNotes, adoptStep, lendStep } from './adoption.ts';
import { strays } from './check.ts';
import { confirmStep } from './confirm.ts';
import { hookWave } from './hook.ts';
import { mute } from './host-notices.ts';
import { remembers } from './schedule.ts';
import { managerOf } from './manager-unfit.ts';
import { fileNotes } from './service-files.ts';
import type { Designed } from './design.ts';
import { imageNotes, imageSteps } from './bring-image.ts';
import { undoOf } from './open.ts';
import { step } from './scene.ts';
import type { Scene } from './scene.ts';
import { arrangeStep, environmentStep, probeStep, publishStep, receiveStep, runnerStep } from './steps.ts';
import { liveOf } from './survey.ts';
import type { Survey } from './survey.ts';
import { formerUnits } from './units.ts';
import { switchStep } from './switch.ts';

type On = Pick<Scene, 'host' | 'target' | 'context'>;

/** From a prepared release to a confirmed one. The number is that which an opening would get now. */
const forward = (
  on: On,
  { found, adoption }: Survey,
  { id: release, hooks }: Pick<Designed['release'], 'id' | 'hooks'>,
): readonly (readonly Step[])[] => {
  const number = found.number + 1;
  const first = liveOf(found) === '';
  const checks = on.target.checks;
  const { base, path, python } = on.target;
  return [
    ...(adoption === undefined ? [] : [[adoptStep(on, number, adoption)]]),
    [
      step(on, 'migrate', 'migrate, if the database is empty; anything pending is refused before', 'migrate', {
        base,
        number,
        release,
        python: python.version,
      }),
    ],
    ...hookWave(on, number, 'before-switch', hooks),
    [
      switchStep(on, number, { release, within: 0, environmentFrom: '', first, pace: found.pace }),
      ...(on.target.url === undefined || first
        ? []
        : [runnerStep('gap', `ask ${on.target.url} every 50 ms meanwhile`)]),
    ],
    ...hookWave(on, number, 'after-switch', hooks),
    ...(checks.length === 0
      ? []
      : [[runnerStep('checks', `${checks.length} ${checks.length === 1 ? 'check' : 'checks'} from outside`)]]),
    [
      step(on, 'processes', 'ask which release each process runs', 'look', {
        base,
        path,
        python: python.version,
        programs: [],
      }),
    ],
    [confirmStep(on, number)],
  ];
};

const preparation = (on: On, { adoption }: Survey, designed: Designed): readonly (readonly Step[])[] => {
  const { lock, environment } = designed;
  const lending = adoption === undefined ? [] : [[lendStep(on, adoption, designed.env.from === 'shared')]];
  const environmentSteps =
    lock !== undefined && environment !== undefined ? [[environmentStep(on, { ...designed, lock, environment })]] : [];
  const publish = publishStep(on, designed, {
    compilemessages: designed.translations.length > 0,
    collectstatic: true,
    shared: designed.shared,
  });
  const image = imageSteps(on, designed.image);
  const bringing = image.length === 0 ? [] : [image];
  if (designed.kept) return [...lending, ...bringing, [probeStep(on, designed)], [publish]];
  return [
    ...lending,
    ...bringing,
    [receiveStep(on, designed)],
    [arrangeStep(on, designed)],
    ...environmentSteps,
    [probeStep(on, designed)],
    [publish],
  ];
};

const frame = (on: On, { found }: Survey, release: string) => {
  const live = liveOf(found);
  return {
    action: 'deploy-over-ssh',
    target: on.target.name,
    host: on.host.name,
    release,
    ...(live === '' ? {} : { live }),
    undo: undoOf(found),
  };
};

/** This very release is live, nothing is open, every process runs it, and under the manager that is to run it. */
const servesAlready = (
  on: On,
  survey: Survey,
  { id, services }: { readonly id: string; readonly services: readonly { readonly name: string }[] },
): boolean =>
  liveOf(survey.found) === id &&
  moves(on, survey).length === 0 &&
  ['confirmed', 'undone'].includes(survey.found.phase) &&
  strays(
    survey.found,
    id,
    services.map(({ name }) => name),
  ).length === 0;

/** What runs the services when this deploy is done: at an adoption, what runs them already. */
const runsThem = ({ target }: On, { found, adoption }: Survey): Manager =>
  adoption === undefined ? managerOf(found, target) : 'adopted';

/** The whole deploy as data. */
export const planDeploy = (on: On, survey: Survey, designed: Designed): Plan => {
  const { id } = designed.release;
  const same = designed.kept && servesAlready(on, survey, designed.release);
  return {
    ...frame(on, survey, id),
    path: same ? 'unchanged' : 'online',
    waves: same ? [] : [...preparation(on, survey, designed), ...forward(on, survey, designed.release)],
    notes: [
      ...adoptionNotes(on, survey),
      ...detected(designed, survey),
      ...fileNotes(on.target, runsThem(on, survey)),
      ...unproven(designed),
      ...forgetful(on, designed),
      ...moves(on, survey),
      ...formerUnits(survey.found, designed.release),
      ...beforeUndo(designed.release),
      watchdog(survey),
      ...mute(survey.found, on.target),
    ],
  };
};

/** `phase: prepare` as data: whatever serves goes on serving. */
export const planPrepare = (on: On, survey: Survey, designed: Designed): Plan => ({
  ...frame(on, survey, designed.release.id),
  path: 'online',
  waves: preparation(on, survey, designed),
  notes: [...adoptionNotes(on, survey), ...detected(designed, survey), ...fileNotes(on.target, runsThem(on, survey))],
});

/** `phase: switch` as data. */
export const planSwitch = (on: On, survey: Survey, release: Designed['release'] | Release): Plan => {
  const { id } = release;
  const same = servesAlready(on, survey, release);
  return {
    ...frame(on, survey, id),
    path: same ? 'unchanged' : 'online',
    waves: same ? [] : forward(on, survey, release),
    notes: [
      ...adoptionNotes(on, survey),
      ...moves(on, survey),
      ...formerUnits(survey.found, release),
      ...beforeUndo(release),
      watchdog(survey),
      ...mute(survey.found, on.target),
    ],
  };
};

/** Who undoes what nobody confirms, and what of it survives a reboot: as this host is. */
const watchdog = ({ found }: Survey): Note => ({
  kind: 'info',
  text: found.manager
    ? `the watchdog is a unit of ${found.user}'s systemd; after a reboot or a power cut the host recovers by itself: what was confirmed serves, what was not is undone`
    : `the watchdog is a plain process of the deploy user: after a reboot, or where logins end their processes (KillUserProcesses=yes), the next action undoes what is unconfirmed. Where systemd runs, \`loginctl enable-linger ${found.user}\`, once as root, lets the host do it`,
});

/** The services go from one manager to the other. */
const moves = ({ target: { manager } }: On, { found }: Survey): readonly Note[] =>
  manager === undefined || manager === found.servicesUnder || liveOf(found) === ''
    ? []
    : [
        {
          kind: 'info',
          text: `the services move from ${found.servicesUnder} to ${manager}, as landfall.yml says: all are stopped there, then started here; an undo moves them back`,
        },
      ];

/** The hook that is the host's own to run. */
const beforeUndo = ({ hooks }: Pick<Designed['release'], 'hooks'>): readonly Note[] => {
  const hook = hooks['before-undo'];
  return hook === undefined
    ? []
    : [{ kind: 'info', text: `before an undo of this release the host runs: ${hook.command.join(' ')}` }];
};

/** What is not proven of it, and so is not called clean. */
const unproven = ({ release }: Designed): Plan['notes'] =>
  release.services
    .filter(({ listen, role }) => listen === undefined && answering(role))
    .map(({ name }) => ({
      kind: 'warning',
      text: `${name} has no \`listen\`: that it answers, and not something else at the same address, is not proven`,
    }));

/** Schedulers whose memory of what ran last dies with their release. */
const forgetful = ({ target }: On, { release, shared }: Designed): Plan['notes'] =>
  release.services
    .filter(({ role, command }) => role === 'scheduler' && !remembers(command, { ...target, shared }))
    .map(({ name }) => ({
      kind: 'warning',
      text: `${name} keeps its schedule file in the release: with each release it forgets what it ran last. Add \`shared: [run]\`, and \`--schedule ${posix.relative(target.directory, 'run/schedule')}\` to its command`,
    }));

const detected = ({ env, lock, environment, translations, image }: Designed, { adoption }: Survey): Plan['notes'] => [
  ...imageNotes(image),
  {
    kind: 'detected',
    text: {
      none: 'no .env: neither the input env-file nor shared/.env',
      given: '.env is the input env-file',
      shared: `.env is a copy of ${adoption?.env === undefined ? 'shared/.env on the host' : 'that of the installation'}`,
    }[env.from],
  },
  {
    kind: 'detected',
    text:
      lock === undefined
        ? 'no Python environment: there is neither uv.lock nor requirements.txt'
        : `Python environment ${environment ?? ''} from ${lock.file} by ${lock.installer}${lock.hashed ? ', with hashes' : ''}`,
  },
  ...(translations.length === 0
    ? []
    : [
        {
          kind: 'detected' as const,
          text: `translations: ${translations.length} .po ${translations.length === 1 ? 'file' : 'files'}, compiled by compilemessages unless USE_I18N is off`,
        },
      ]),
];
