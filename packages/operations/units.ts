import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found, Note, SystemUnit } from '#plan';
import { edit, rootReasons, unitReasons, words } from './unit-reasons.ts';
import type { Reason } from './unit-reasons.ts';
import { managerOf } from './manager-unfit.ts';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';
import { mayNot } from './sudo-lines.ts';
import type { Survey } from './survey.ts';

type At = Pick<Target, 'path' | 'base' | 'host' | 'services' | 'manager'>;

/** Do units that root has written run the services, or shall they? */
const wanted = (found: Found, target: Pick<Target, 'manager'>): boolean => managerOf(found, target) === 'units';

/** Where that is so, now or after this deploy, the host is asked for them. Changes nothing. */
export const withUnits = async (scene: Scene, surveyed: Survey): Promise<Survey> => {
  const { found } = surveyed;
  const { target } = scene;
  if (!wanted(found, target) && found.servicesUnder !== 'units') return surveyed;
  const services = wanted(found, target) ? target.services.map(({ name }) => name) : [];
  const units = await perform(
    scene,
    step(scene, 'units', 'look at the units of the services', 'units', { base: target.base, services }),
    { note: (at) => at.units.map(({ name }) => name).join(', ') || 'there are none' },
  );
  return { ...surveyed, found: { ...found, units } };
};

/** Started at boot by something else than Landfall. */
const atBoot = ({ is }: SystemUnit): boolean =>
  ['WantedBy', 'RequiredBy', 'UpheldBy'].some((key) => words(is.get(key)).length > 0);

const nameOf = ({ name }: SystemUnit): string => name.replace(/\.service$/, '');

/**
 * Why the units cannot run the services as they are, all reasons together; none: they can, or others are to. Whoever goes back in need
 * is held up only by what cannot work at all.
 */
export const unitsUnfit = (found: Found, target: At, back = false): readonly Problem[] => {
  if (found.units === undefined || !found.systemd) return [];
  const where = `host ${target.host.name}`;
  const reasons = wanted(found, target) ? unfit(found, found.units, target, back) : left(found, found.units, target);
  return reasons.map((one) => ({ where, ...one }));
};

const unfit = (
  found: Found,
  { units, barred, sudo }: NonNullable<Found['units']>,
  target: At,
  back: boolean,
): readonly Reason[] => {
  const { path, base, services } = target;
  const { user } = found;
  const names = services.map(({ name }) => `${name}.service`);
  return [
    ...services.flatMap((service) => {
      const unit = units.find((one) => nameOf(one) === service.name);
      if (unit === undefined || unit.is.get('LoadState') !== 'loaded') return [absent(service.name, unit)];
      const needs = { user, path, base, service, units: names };
      return [
        ...defined(unit, needs),
        ...(back ? rootReasons(unit, needs) : [...unitReasons(unit, needs), ...boots(unit, found)]),
      ];
    }),
    ...(barred.length === 0 ? [] : [mayNot(user, path, { barred, sudo })]),
  ];
};

const absent = (service: string, unit: SystemUnit | undefined): Reason => {
  const state = unit?.is.get('LoadState') ?? 'not-found';
  const file = `/etc/systemd/system/${service}.service`;
  return state === 'not-found'
    ? {
        what: `the system has no unit ${service}.service`,
        next: `name the service as its unit is named; or, as root, write ${file}, then: systemctl daemon-reload`,
      }
    : {
        what: `${service}.service cannot be started: it is ${state}`,
        next: `systemctl status ${service}.service says why`,
      };
};

/** What its file must say for its processes to be those of the release that `path` leads to, and to be told as such. */
const defined = (
  unit: SystemUnit,
  { user, path, base }: { readonly user: string; readonly path: string; readonly base: string },
): readonly Reason[] => {
  const { name, is } = unit;
  const get = (key: string): string => is.get(key) ?? '';
  const through = (where: string): boolean =>
    [path, `${base}/current`].some((root) => where === root || where.startsWith(`${root}/`));
  const program = /^\{ path=(.*?) ; /.exec(get('ExecStart'))?.[1] ?? '';
  const folder = get('WorkingDirectory').replace(/^[-!]/, '');
  const reason = (when: boolean, what: string, next: string): readonly Reason[] =>
    when ? [{ what: `${name} ${what}`, next }] : [];
  return [
    ...reason(
      get('Id') !== name,
      `is another name of ${get('Id')}`,
      `name the service ${get('Id').replace(/\.service$/, '')}`,
    ),
    ...reason(
      get('User') !== user || get('DynamicUser') === 'yes',
      `runs as ${get('DynamicUser') === 'yes' ? 'a user of its own' : get('User') || 'root'}: which release it runs can be told of processes of ${user} alone`,
      edit(unit, `User=${user}`),
    ),
    ...reason(
      !through(folder),
      `works in ${folder || '/'}, which does not lead through ${path}: it would not change with the release`,
      edit(unit, `WorkingDirectory=${path}`),
    ),
    ...reason(
      !through(program) && !/^\/(?:usr|bin|sbin)\//.test(program),
      `starts ${program || 'nothing'}, which is neither the system's nor leads through ${path}: it would not change with the release`,
      `let ExecStart call what the release has, for one ${path}/.venv/bin/gunicorn`,
    ),
  ];
};

/** Where nobody recovers at boot, it must start by itself. */
const boots = (unit: SystemUnit, { manager, user }: Found): readonly Reason[] =>
  manager || atBoot(unit)
    ? []
    : [
        {
          what: `${unit.name} is not started at boot, neither by systemd nor by ${user}, who does not linger`,
          next: `systemctl enable ${unit.name}`,
        },
      ];

/** Services that move away from their units: at the next boot they would run twice, and until then these must be stopped. */
const left = (
  { user }: Found,
  { units, barred, sudo }: NonNullable<Found['units']>,
  { path, manager }: At,
): readonly Reason[] => [
  ...units.filter(atBoot).map(({ name }) => ({
    what: `${name} is started at boot: with manager: ${manager ?? ''} its service would then run twice`,
    next: `systemctl disable ${name}`,
  })),
  ...(barred.length === 0 ? [] : [mayNot(user, path, { barred, sudo })]),
];

/** Units that run no service any more. */
export const formerUnits = (found: Found, { services }: Pick<Target, 'services'>): readonly Note[] =>
  (found.units?.units ?? [])
    .filter((unit) => atBoot(unit) && !services.some(({ name }) => name === nameOf(unit)))
    .map(({ name }) => ({
      kind: 'warning',
      text: `${name} runs no service any more: the switch stops it, but it starts at each boot, until the host has stopped it again. systemctl disable ${name}`,
    }));
