import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { lists, pairs, program } from './program.ts';

const common = readFileSync(new URL('./common.sh', import.meta.url), 'utf8');
const dotenv = readFileSync(new URL('./dotenv.sh', import.meta.url), 'utf8');
const transaction = readFileSync(new URL('./transaction.sh', import.meta.url), 'utf8');
const uv = readFileSync(new URL('./uv.sh', import.meta.url), 'utf8');
const staging = common + readFileSync(new URL('./staging.sh', import.meta.url), 'utf8');
const scrub = readFileSync(new URL('./scrub.sh', import.meta.url), 'utf8');
const application = common + dotenv + scrub + readFileSync(new URL('./staging.sh', import.meta.url), 'utf8');

/** What `probe` reads on stdin. */
export const probeBody: Buffer = readFileSync(new URL('./probe.py', import.meta.url));

/** What `environment` reads on stdin: the address of a package index, and the texts of it that may not be shown. */
export const indexBody = (address: string, secrets: readonly string[]): Buffer =>
  Buffer.from([address, ...secrets, ''].join('\n'));

/** A release being prepared: `staging` is `<id>.<driver>`, a folder below `<base>/staging`. */
type Staged = { readonly base: string; readonly staging: string };

/** Where the application is in its release, and what runs it. Paths relative to the release. */
type Place = {
  /** The folder of manage.py; `.` for the release itself. */
  readonly directory: string;
  /** The link to the Python environment; none: `python` runs it. */
  readonly venv: string | undefined;
  readonly python: string;
};

const names = (stdout: Buffer, wanted: string): readonly string[] =>
  lists(stdout).flatMap(([key, value]) => (key === wanted ? [value] : []));

/**
 * Programs that prepare a release beside the running one, in this order: tree, receive, arrange, environment, probe, publish.
 * They hold no mutex, touch nothing that serves, and may be run again. `migrate` alone changes something outside its release, under the mutex.
 */
export const releasePrograms = {
  /** `<type><12 hex>  ./<path>` NUL of the files of a release that are still as they were uploaded; empty for an unknown one. `@`: what `current` leads to. */
  tree: program({
    text: common + readFileSync(new URL('./tree.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; release: string | undefined }) => [input.base, input.release ?? '-'],
    out: (stdout) => {
      const said = gunzipSync(stdout);
      const at = said.indexOf(0);
      return { release: said.toString('utf8', 0, at), list: said.subarray(at + 1) };
    },
    fault: 'PROGRAM_FAILED',
    next: 'Read the lines above: the list of the files on the host could not be read.',
  }),
  /** Reads the body of `release/archive.ts`'s `upload`. On TREE_DIFFERS call it again with `from: undefined` and all files. */
  receive: program({
    text: staging + readFileSync(new URL('./receive.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 3_600_000,
    args: (input: Staged & { from: string | undefined; want: string; dropBytes: number }) => [
      input.base,
      input.staging,
      input.from ?? '-',
      input.want,
      String(input.dropBytes),
    ],
    out: (stdout) => ({ files: Number(pairs(stdout).get('files')) }),
    fault: 'TREE_DIFFERS',
    next: 'Run it again. If it says the same, something on the host changes files of releases, or the checkout changes while it is read.',
  }),
  /** Reads the content of the env-file where `env.from` is `given`. Gives the names of the variables. */
  arrange: program({
    text: application + readFileSync(new URL('./arrange.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 600_000,
    args: (
      input: Staged & {
        environment: string | undefined;
        venv: string | undefined;
        /** `sha256`: hex, of the bytes as the release was planned with them. */
        env: { from: 'none' } | { from: 'given' | 'shared'; sha256: string };
        /** Paths in the release; a `/` at the end: it is a folder. */
        shared: readonly string[];
      },
    ) => [
      input.base,
      input.staging,
      input.environment ?? '-',
      input.venv ?? '-',
      input.env.from,
      input.env.from === 'none' ? '-' : input.env.sha256,
      ...input.shared,
    ],
    out: (stdout) => ({ names: names(stdout, 'name') }),
    fault: 'PREFLIGHT',
    next: 'Mend the `env-file` input, or shared/.env on the host where none is given, and run again.',
  }),
  /** Reads {@link indexBody} where `index` is. */
  environment: program({
    text: application + uv + readFileSync(new URL('./environment.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 3_600_000,
    args: (
      input: Staged & {
        hash: string;
        python: string;
        installer: 'pip' | 'uv';
        /** A path in the release: a requirements file, or an uv.lock. */
        lock: string;
        /** A package index is given on stdin. */
        index: boolean;
      },
    ) => [
      input.base,
      input.staging,
      input.hash,
      input.python,
      input.installer,
      input.lock,
      input.index ? 'given' : '-',
    ],
    out: (stdout) => ({ built: pairs(stdout).get('built') === 'yes' }),
    fault: 'ENVIRONMENT_FAILED',
    next: 'The lines above are what pip or uv said. Mend the requirements, or install what it misses on the host, and run again.',
  }),
  /** Reads {@link probeBody}. Its output is read by `probedOf` of release. */
  probe: program({
    text: application + readFileSync(new URL('./probe.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 1_800_000,
    args: (input: Staged & Place & { collect: boolean }) => [
      input.base,
      input.staging,
      input.directory,
      input.venv ?? '-',
      input.python,
      input.collect ? 'yes' : 'no',
    ],
    out: (stdout) => JSON.parse(stdout.toString('utf8')) as unknown,
    fault: 'APPLICATION_FAILED',
    next: 'The lines above are what the application, or collectstatic, said. Mend it, the static files that it names, or the variables of its .env, and run again.',
  }),
  /** Reads the facts of the release as `release/archive.ts`'s `facts`. */
  publish: program({
    text: application + readFileSync(new URL('./publish.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 1_800_000,
    args: (
      input: Staged &
        Place & {
          id: string;
          hash: string;
          environment: string | undefined;
          compilemessages: boolean;
          collectstatic: boolean;
          /** `<run>/<attempt>`. */
          run: string;
          shared: readonly string[];
        },
    ) => [
      input.base,
      input.staging,
      input.id,
      input.hash,
      input.directory,
      input.venv ?? '-',
      input.python,
      input.environment ?? '-',
      input.compilemessages ? 'yes' : 'no',
      input.collectstatic ? 'yes' : 'no',
      input.run,
      ...input.shared,
    ],
    out: (stdout) => ({
      published: pairs(stdout).get('published') === 'yes',
      changed: Number(pairs(stdout).get('changed')),
    }),
    fault: 'APPLICATION_FAILED',
    next: 'The lines above are what compilemessages or collectstatic said. Mend the translations or the static files that they name, or the variables of .env, and run again.',
  }),
  /** The evidence that is kept with a release, as it was written; empty: there is none. */
  evidence: program({
    text: common + readFileSync(new URL('./evidence.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 30_000,
    args: (input: { base: string; release: string }) => [input.base, input.release],
    out: (stdout) => stdout,
    fault: 'PROGRAM_FAILED',
    next: 'Read the lines above: the evidence of the release could not be read.',
  }),
  /** Reads the document on stdin, whose sha256 is `sum` (hex). `number`: not given before a transaction is open. */
  'keep-evidence': program({
    text: common + transaction + readFileSync(new URL('./keep-evidence.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 120_000,
    args: (input: { base: string; number: number | undefined; release: string; sum: string }) => [
      input.base,
      input.number === undefined ? '-' : String(input.number),
      input.release,
      input.sum,
    ],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: 'Read the lines above: the evidence could not be kept with the release. What is kept there is as it was.',
  }),
  discard: program({
    text: common + readFileSync(new URL('./discard.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 300_000,
    args: (input: { base: string; driver: string }) => [input.base, input.driver],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: 'What was staged stays on the host, and is deleted by a later run.',
  }),
  migrate: program({
    text: common + transaction + dotenv + scrub + readFileSync(new URL('./migrate.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: 1_800_000,
    args: (input: { base: string; number: number; release: string; python: string }) => [
      input.base,
      String(input.number),
      input.release,
      input.python,
    ],
    out: () => undefined,
    fault: 'MIGRATE_FAILED',
    next: 'The lines above are what Django said. Mend the migration and deploy again; nothing was switched.',
  }),
};
