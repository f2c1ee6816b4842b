import { posix } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '#fault';
import type { Note } from '#plan';
import { shareable, type Shared } from './shared.ts';
import { compiled, translationFacts } from './translations.ts';

const database = z.object({
  alias: z.string(),
  engine: z.string(),
  vendor: z.string(),
  name: z.string(),
  /** Of a SQLite database: its file, and the file relative to the release when it lies in it. */
  path: z.string().nullable(),
  inside: z.string().nullable(),
  /** The last lines of what went wrong; null: it was read. */
  error: z.array(z.string()).nullable(),
  /** Migrations, `app.name`: not applied yet, in the order of application; and applied, but not in this release. */
  pending: z.array(z.string()),
  unknown: z.array(z.string()),
  conflicts: z.record(z.string(), z.array(z.string())),
  /** The last migration of each app of the release. */
  leaves: z.array(z.string()),
  /** Has it a table of migrations? */
  recorded: z.boolean(),
  /** No migration was ever applied, and no table of a managed model exists. */
  fresh: z.boolean(),
});

const application = z.object({
  django: z.string(),
  python: z.string(),
  settings: z.string().nullable(),
  wsgi: z.string().nullable(),
  debug: z.boolean(),
  static: z.object({
    app: z.boolean(),
    root: z.string().nullable(),
    inside: z.string().nullable(),
    url: z.string().nullable(),
    /** The probe has collected them. */
    collected: z.boolean(),
  }),
  media: z.object({ root: z.string().nullable(), inside: z.string().nullable() }),
  translations: translationFacts,
  databases: z.array(database),
  error: z.null(),
});

const failed = z.object({ django: z.null(), error: z.array(z.string()) });

/** What the probe found in a release. Paths called `inside` are relative to the release. */
export type Application = z.infer<typeof application>;
export type Database = z.infer<typeof database>;

/** Reads the probe's JSON. undefined: there is no manage.py. Faults: `APPLICATION_FAILED` with the last lines of the application's own error. */
export const probedOf = (printed: unknown): Result<Application | undefined> => {
  const error = failed.safeParse(printed);
  if (error.success) {
    return fail({
      code: 'APPLICATION_FAILED',
      what: 'Django could not be loaded in the prepared release',
      said: error.data.error,
      next: 'Mend what the last line says: often a variable that is missing in .env, or a package that is not in the requirements.',
    });
  }
  const found = application.safeParse(printed);
  if (found.success) return ok(found.data);
  if (z.object({ django: z.null() }).safeParse(printed).success) return ok(undefined);
  return fail({
    code: 'INTERNAL',
    what: `the probe printed something else: ${found.error.message}`,
    next: 'Please report this: it is a defect in Landfall.',
  });
};

/** What follows from what Django says about itself. */
export type Consequences = {
  readonly compilemessages: boolean;
  /** Still to be done. */
  readonly collectstatic: boolean;
  /** Declared and detected, as `publish` takes them. */
  readonly shared: readonly Shared[];
  readonly notes: readonly Note[];
};

/**
 * Translations are compiled where Django uses any. A SQLite file and MEDIA_ROOT inside the release are shared, for they must outlive it. STATIC_ROOT must lie in the release itself:
 * elsewhere collecting would write into what is running now. Faults: `APPLICATION_FAILED` with the line to change.
 */
export const consequences = (found: Application, declared: readonly Shared[]): Result<Consequences> => {
  const notes: Note[] = [];
  const detected: Shared[] = [];
  const detect = (path: string, kind: Shared['kind'], why: string): void => {
    if (declared.some((one) => covers(one.path, path))) return;
    detected.push({ path, kind });
    notes.push({ kind: 'detected', text: `${path} is shared between releases: ${why}` });
  };
  for (const { alias, inside, error } of found.databases) {
    if (inside !== null) detect(inside, 'file', `the SQLite file of the database '${alias}'`);
    if (error !== null && alias !== 'default') {
      notes.push({ kind: 'warning', text: `the database '${alias}' cannot be read: ${error.at(-1) ?? ''}` });
    }
  }
  const media = found.media.inside;
  if (media === '.')
    notes.push({ kind: 'warning', text: 'MEDIA_ROOT is the root of the release: uploads will be lost with it' });
  else if (media !== null) detect(media, 'folder', 'it is MEDIA_ROOT');

  const shared = shareable([...declared, ...detected]);
  const compiles = compiled(found.translations);
  if (!compiles.ok) return compiles;
  const { compilemessages } = compiles.value;
  notes.push(...compiles.value.notes);
  const { app, root, inside } = found.static;
  if (!app || root === null) {
    notes.push({
      kind: 'info',
      text: app
        ? 'no STATIC_ROOT: static files are not collected'
        : 'no django.contrib.staticfiles: static files are not collected',
    });
    return ok({ compilemessages, collectstatic: false, shared, notes });
  }
  const outlives = inside === null ? undefined : shared.find(({ path }) => covers(path, inside));
  if (inside === null || outlives !== undefined) {
    return fail({
      code: 'APPLICATION_FAILED',
      what:
        outlives === undefined
          ? `STATIC_ROOT is ${root}, outside of the release: collecting static files would change what is running now`
          : `STATIC_ROOT is ${inside}, which is shared between releases: collecting static files would change what is running now`,
      next:
        outlives === undefined
          ? 'Set STATIC_ROOT = BASE_DIR / "staticfiles" in the settings, and let the web server serve that folder of <path>.'
          : `Take ${outlives.path} out of \`shared\`: each release has its own static files.`,
    });
  }
  return ok({ compilemessages, collectstatic: !found.static.collected, shared, notes });
};

const covers = (outer: string, inner: string): boolean =>
  outer === inner || posix.normalize(inner).startsWith(`${outer}/`);

/** What the default database lacks of this release. */
export type Schema =
  | { readonly state: 'current' | 'none' }
  /** A database that nothing uses yet: the thin migrate may run. */
  | { readonly state: 'fresh'; readonly pending: readonly string[] }
  | { readonly state: 'pending'; readonly pending: readonly string[] };

/**
 * Where the databases stand. Counted are `default` and each other that has a table of migrations, since only those are migrated.
 * Faults: `APPLICATION_FAILED` where the default one cannot be read, or where migrations of the release contradict one another.
 */
export const schemaOf = ({ databases }: Pick<Application, 'databases'>): Result<Schema> => {
  const counted = databases.filter(
    ({ alias, recorded, vendor }) => vendor !== 'unknown' && (alias === 'default' || recorded),
  );
  for (const { alias, error, conflicts } of counted) {
    if (error !== null) {
      return fail({
        code: 'APPLICATION_FAILED',
        what: `the database '${alias}' cannot be read`,
        said: error,
        next: 'Mend what the last line says: often an address or a password in .env, or a right of the database user.',
      });
    }
    const [app] = Object.entries(conflicts);
    if (app !== undefined) {
      return fail({
        code: 'APPLICATION_FAILED',
        what: `the app '${app[0]}' has several last migrations: ${app[1].join(', ')}`,
        next: `Run \`python manage.py makemigrations --merge ${app[0]}\` and commit what it writes.`,
      });
    }
  }
  const pending = counted.flatMap((one) =>
    one.pending.map((name) => (one.alias === 'default' ? name : `${one.alias}: ${name}`)),
  );
  if (counted.length === 0) return ok({ state: 'none' });
  if (pending.length === 0) return ok({ state: 'current' });
  const fresh = counted.every((one) => one.pending.length === 0 || (one.alias === 'default' && one.fresh));
  return ok({ state: fresh ? 'fresh' : 'pending', pending });
};

/** The last migration of each app, as RELEASE.json records them: equal leaves, equal schema. */
export const leavesOf = ({ databases }: Pick<Application, 'databases'>): readonly string[] =>
  [...new Set(databases.flatMap(({ leaves }) => leaves))].sort();
