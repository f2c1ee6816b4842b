import type { Receiver, Service } from '#plan';
import type { Application } from './definition/application.ts';
import { check } from './definition/check.ts';
import { roleOf } from './definition/role.ts';
import type { Check } from './definition/check.ts';
import type { JumpHost } from './definition/hosts.ts';
import type { Found, Whole } from './from-files.ts';
import type { Given } from './inputs.ts';
import { placeOf } from './place.ts';
import type { Settings } from './target.ts';

/** A target's keys, what inputs say instead of them, and what files say of services, joined. */
export const settingsOf = (
  name: string,
  keys: Application,
  given: Given,
  found: Pick<Found, 'services' | 'files'>,
): Settings => {
  const url = given.url ?? keys.url;
  const confirmWithin = given.confirmWithin ?? keys['confirm-within'];
  const evidence = given.evidence ?? keys.evidence;
  const checks = given.checks ?? keys.smoke ?? (url === undefined ? [] : [front()]);
  const sockets = checks.some(({ websocket }) => websocket !== undefined);
  const { requirements, venv, version } = keys.python;
  return {
    name,
    ...placeOf(keys, given),
    pins: given.hostKey ?? keys.hosts?.key ?? '',
    via: jumps(keys.hosts?.via),
    ...(url === undefined ? {} : { url }),
    directory: keys.directory,
    services: Object.entries(found.services).map(([called, service]): Service => serviceOf(called, service, sockets)),
    serviceFiles: found.files,
    ...(keys.manager === undefined ? {} : { manager: keys.manager }),
    ...(keys.nginx === undefined ? {} : { nginx: keys.nginx }),
    ...(keys.adopt ? { adopt: true as const } : {}),
    python: { ...(requirements === undefined ? {} : { requirements }), venv, version },
    shared: keys.shared,
    env: keys.env,
    include: keys.include,
    exclude: keys.exclude,
    checks,
    hooks: keys.hooks,
    keep: keys.keep,
    notify: receivers(keys.notify),
    ...(keys.notify['from-host'] ? { tellsItself: true as const } : {}),
    wait: keys.wait,
    ...(evidence === 'required' ? { needsEvidence: true as const } : {}),
    ...(confirmWithin === undefined ? {} : { confirmWithin }),
  };
};

type Via = NonNullable<NonNullable<Application['hosts']>['via']>;

/** The way to the host, from the runner on: in the file it is told from the host's end. */
const jumps = (via: Via | undefined): readonly JumpHost[] => {
  if (via === undefined) return [];
  const own = { ...via.ssh, pins: via.key ?? '' };
  return [...jumps(via.via), own];
};

const serviceOf = (name: string, { command, role, drain, boot, listen, unit }: Whole, sockets: boolean): Service => ({
  name,
  command,
  // validation has refused one whose role nothing tells
  role: role ?? roleOf(command, sockets) ?? 'web',
  drain,
  boot,
  ...(listen === undefined ? {} : { listen }),
  ...(unit === undefined || unit.length === 0 ? {} : { unit }),
});

const receivers = ({ slack, teams, webhook }: Application['notify']): readonly Receiver[] => [
  ...(slack === undefined ? [] : [{ kind: 'slack' as const, url: slack.url, on: slack.on }]),
  ...(teams === undefined ? [] : [{ kind: 'teams' as const, url: teams.url, on: teams.on }]),
  ...(webhook === undefined
    ? []
    : [
        {
          kind: 'webhook' as const,
          url: webhook.url,
          on: webhook.on,
          ...(webhook.secret === undefined ? {} : { secret: webhook.secret }),
        },
      ]),
];

/** What is checked where nobody says what: that the front page answers. */
const front = (): Check => ({ ...check.parse({ get: '/' }), ownRedirect: true });
