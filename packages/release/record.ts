import { z } from 'zod';
import { fail, ok, type Result } from '#fault';
import { hooksOf, roles } from '#plan';
import type { Hook, Hooks, Service } from '#plan';

const service = z.object({
  name: z.string().regex(/^[A-Za-z0-9._-]+$/),
  command: z.array(z.string().regex(/^[^\n\0]*$/)).min(1),
  role: z.enum(roles),
  drain: z.number().nonnegative(),
  boot: z.number().nonnegative(),
  listen: z.string().optional(),
  unit: z.array(z.string().regex(/^[A-Za-z]+=[^\n\0]*$/)).optional(),
});

const hook = z
  .object({ command: z.array(z.string().regex(/^[^\n\0]*$/)).min(1), timeout: z.number().positive() })
  .optional();

const known = z.object({
  v: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** The run that prepared it first. */
  run: z.object({ repository: z.string(), id: z.string(), attempt: z.number(), url: z.string() }),
  actor: z.string(),
  /** Names of the variables, never their values, and their slow hash. null: no .env. */
  env: z.object({ names: z.array(z.string()), hash: z.string() }).nullable(),
  /** Name of the Python environment below `envs`, and what it was made for. null: none. */
  environment: z.string().nullable(),
  python: z.object({ version: z.string(), platform: z.string(), libc: z.string(), pip: z.string() }).nullable(),
  venv: z.string(),
  directory: z.string(),
  services: z.array(service),
  hooks: z.object({ 'before-switch': hook, 'after-switch': hook, 'before-undo': hook }).default({}),
  shared: z.array(z.string()),
  url: z.string().nullable(),
  /** The checks that it was deployed with, in the form of the configuration. */
  checks: z.array(z.unknown()),
  /** The image that it runs, what it is called on the host, and what an engine may call it; left out: none. */
  image: z.object({ name: z.string(), local: z.string(), ids: z.array(z.string()) }).optional(),
  /** The last migration of each app: the schema that it expects. */
  leaves: z.array(z.string()),
  /** ISO 8601. */
  createdAt: z.iso.datetime(),
});

const release = known.loose();

/** RELEASE.json: what a rollback needs to know of a release, without a checkout, without today's configuration, without secrets. */
export type Release = Omit<z.infer<typeof known>, 'services' | 'hooks'> & {
  readonly services: readonly Service[];
  readonly hooks: Hooks;
};

export const encodeRelease = (of: Release): string => `${JSON.stringify(of, undefined, 2)}\n`;

/** Reads RELEASE.json. Keys that it does not know are kept. Faults: `RELEASE_UNKNOWN`; of a newer form `STATE_NEWER`. */
export const decodeRelease = (text: string): Result<Release> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const form = z.object({ v: z.number() }).safeParse(value);
  if (form.success && form.data.v > 1) {
    return fail({
      code: 'STATE_NEWER',
      what: `RELEASE.json has the form ${form.data.v}; this Landfall reads 1`,
      next: 'Use the version of Landfall that deployed this release, or a newer one.',
    });
  }
  const found = release.safeParse(value);
  if (found.success) return ok(found.data as Release);
  return fail({
    code: 'RELEASE_UNKNOWN',
    what: 'RELEASE.json of the release is damaged',
    said: found.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`),
    next: 'Choose another release, or deploy its commit again.',
  });
};

/** Seconds, rounded up: sh counts in whole ones. */
const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** key=value lines. A value never holds a newline: {@link decodeRelease} and the configuration see to that. */
const lines = (pairs: readonly (readonly [string, string])[]): string =>
  pairs.map(([key, value]) => `${key}=${value.replaceAll(/[\n\0]/g, ' ')}\n`).join('');

/**
 * The files that a release has beside those of the commit, for {@link packed} and `publish`: RELEASE.json, and the facts that sh reads.
 * @param site the words of nginx's site; undefined: it has none
 * @param evidence the document of evidence that it is deployed with; undefined: none. No part of what makes the release
 */
export const recordFiles = (of: Release, site?: string, evidence?: string): ReadonlyMap<string, string> =>
  new Map([
    ['RELEASE.json', encodeRelease(of)],
    [
      '.landfall/release',
      lines([
        ['id', of.id],
        ['hash', of.hash],
        ['commit', of.commit],
        ['environment', of.environment ?? ''],
        ['venv', of.environment === null ? '' : of.venv],
        ['directory', of.directory],
        ...(of.image === undefined ? [] : [['image', of.image.local] as const]),
        ['leaves', of.leaves.join(' ')],
      ]),
    ],
    ...of.services.map((one) => [`.landfall/services/${one.name}`, serviceFacts(one)] as const),
    ...(site === undefined ? [] : [['.landfall/site', `${site}\n`] as const]),
    ...(evidence === undefined ? [] : [['.landfall/EVIDENCE.json', evidence] as const]),
    ...hooksOf(of.hooks).map((one) => [`.landfall/hooks/${one.moment}`, hookFacts(one)] as const),
  ]);

const serviceFacts = ({ role, drain, boot, listen, unit = [], command }: Service): string =>
  lines([
    ['role', role],
    ['drain', seconds(drain)],
    ['boot', seconds(boot)],
    ['listen', listen ?? ''],
    ...unit.map((line) => ['unit', line] as const),
    ...command.map((word) => ['word', word] as const),
  ]);

const hookFacts = ({ timeout, command }: Hook): string =>
  lines([['timeout', seconds(timeout)], ...command.map((word) => ['word', word] as const)]);
