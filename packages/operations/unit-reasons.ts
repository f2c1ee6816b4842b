import { spanOf } from '#plan';
import type { HandMade, Service, SystemUnit } from '#plan';

/** One that is in the way, and what to do about it. */
export type Reason = { readonly what: string; readonly next: string };

export type Needs = {
  readonly user: string;
  readonly path: string;
  readonly base: string;
  readonly service: Pick<Service, 'name' | 'drain'>;
  /** Units of all services. */
  readonly units: readonly string[];
  /** What runs from there now; undefined: nothing need run yet. */
  readonly made?: Pick<HandMade, 'processes'>;
};

export const words = (value: string | undefined): readonly string[] => (value ?? '').split(' ').filter(Boolean);

/** The unit to be edited by a drop-in, which is no edit of its file. */
export const edit = ({ name }: SystemUnit, line: string): string => `systemctl edit ${name}: ${line}`;

/** Why this unit of the system cannot be stopped and started again so that all is as it was; none: it can. */
export const unitReasons = (unit: SystemUnit, needs: Needs): readonly Reason[] => {
  const { name, is } = unit;
  const reasons: Reason[] = [];
  const reason = (what: string, next: string): void => {
    reasons.push({ what: `${name} ${what}`, next });
  };
  const yes = (key: string): boolean => is.get(key) === 'yes';
  reasons.push(...rootReasons(unit, needs));
  started(unit, needs, reason);
  stopped(unit, needs, reason);
  if (yes('Transient'))
    reason('is transient: once it has stopped there is none to start', 'write it to a file in /etc/systemd/system');
  if (yes('NeedDaemonReload'))
    reason('was changed since systemd read it: it would start as something else', 'systemctl daemon-reload');
  for (const key of ['RootDirectory', 'RootImage'])
    if ((is.get(key) ?? '') !== '')
      reason(
        `has ${key}=: the paths that it sees are others`,
        'leave that out: which release a process runs is told by its path',
      );
  const writes = words(is.get('ReadWritePaths')).map((path) => path.replace(/^[-+]*/, ''));
  if (
    is.get('ProtectSystem') === 'strict' &&
    !writes.some((path) => needs.base === path || needs.base.startsWith(`${path.replace(/\/$/, '')}/`))
  )
    reason(
      `may write only where it is told (ProtectSystem=strict), and that is not ${needs.base}, where its data will be`,
      edit(unit, `ReadWritePaths=-${needs.base}`),
    );
  return reasons;
};

/** Why an order to stop it does not do what a deploy needs. */
export const stopReasons = (unit: SystemUnit, needs: Pick<Needs, 'service' | 'units'>): readonly Reason[] => {
  const reasons: Reason[] = [];
  stopped(unit, needs, (what, next) => {
    reasons.push({ what: `${unit.name} ${what}`, next });
  });
  return reasons;
};

/** What root would do that somebody else may say: whoever commits, for one, who can write what the deploy user can. */
export const rootReasons = (
  { name, is }: SystemUnit,
  { user, path, base }: Pick<Needs, 'user' | 'path' | 'base'>,
): readonly Reason[] => {
  const writable = is.get('Writable');
  const asRoot = ([key, ofRelease]: (typeof commands)[number]): readonly string[] =>
    (is.get(`${key}Ex`) ?? '')
      .split('\n')
      .filter((command) => / ; flags=(?:[a-z-]+ )*(?:privileged|no-setuid)[ ;]/.test(command))
      .filter((command) => !ofRelease || [path, base].some((root) => command.includes(`${root}/`)))
      .map(() => key);
  return [
    ...(writable === undefined
      ? []
      : [
          {
            what: `${name} is read from ${writable}, a file or folder that ${user} may write, or that is not root's: who writes it is root`,
            next: 'copy the file to /etc/systemd/system, with all folders above it root’s, then: systemctl daemon-reload',
          },
        ]),
    ...[...new Set(commands.flatMap(asRoot))].map((key) => ({
      what: `${name} has root run what the release has (${key}= with + or !): who commits is root`,
      next: `systemctl edit --full ${name}: take + or ! away from ${key}=`,
    })),
  ];
};

/** Commands of a unit, and whether root may run them where they are none of the release's: what runs the service may not be root's at all. */
const commands = [
  ['ExecStart', false],
  ...(['ExecCondition', 'ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'] as const).map(
    (key) => [key, true] as const,
  ),
] as const;

type Tell = (what: string, next: string) => void;

/** What it needs to come up again by an order, and be proven. */
const started = (unit: SystemUnit, { user, path, made }: Needs, reason: Tell): void => {
  const { is } = unit;
  const main = is.get('MainPID') ?? '0';
  if (is.get('Type') === 'oneshot' || (main === '0' && made !== undefined))
    reason(
      'has no main process: whether it runs could not be proven',
      'let it run one that stays (Type=simple or exec; celery worker, not celery multi)',
    );
  else if (made?.processes.every(({ pid }) => String(pid) !== main) === true)
    reason(
      `has the main process ${main}, which does not work in ${path} as ${user}`,
      `in the unit: User=${user}, WorkingDirectory=${path}, and the command itself, no su or sudo`,
    );
  if (is.get('RemainAfterExit') === 'yes')
    reason('counts as running after its end (RemainAfterExit=yes)', 'leave that out: systemctl edit');
  if (is.get('RefuseManualStart') === 'yes' || is.get('RefuseManualStop') === 'yes')
    reason('obeys no order (RefuseManualStart=, RefuseManualStop=)', 'leave these out');
  const wakers = [...words(is.get('TriggeredBy')), ...words(is.get('UpheldBy'))];
  if (wakers.length > 0)
    reason(
      `is started by ${wakers.join(', ')} too, also while it must not run`,
      `let it be started by its own unit alone: systemctl disable --now ${wakers.join(' ')}`,
    );
};

/** What its stop does, and how long that may take. */
const stopped = (unit: SystemUnit, { service, units }: Pick<Needs, 'service' | 'units'>, reason: Tell): void => {
  const { is } = unit;
  const others = ['RequiredBy', 'RequisiteOf', 'BoundBy', 'ConsistsOf', 'PropagatesStopTo']
    .flatMap((key) => words(is.get(key)))
    .filter((one) => !units.includes(one));
  if (others.length > 0)
    reason(
      `takes ${[...new Set(others)].join(', ')} with it when it stops, and a start does not bring that back`,
      'let that want it (Wants=), not require it',
    );
  const mode = is.get('KillMode') ?? '';
  if (!['control-group', 'mixed'].includes(mode))
    reason(
      `leaves processes behind when it stops (KillMode=${mode})`,
      'KillMode=mixed, which tells the main process alone',
    );
  const takes = spanOf(is.get('TimeoutStopUSec') ?? '0') * ((is.get('ExecStop') ?? '') === '' ? 1 : 2);
  if (takes === Infinity)
    reason('may take for ever to stop (TimeoutStopSec=infinity)', edit(unit, 'TimeoutStopSec= of some seconds'));
  else if (takes > service.drain)
    reason(
      `may take ${takes / 1000} s to stop, and ${service.name} has ${service.drain / 1000} s`,
      `services: { ${service.name}: { drain: ${Math.ceil(takes / 1000)}s } }, or a lower TimeoutStopSec in the unit`,
    );
};
