import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok } from '#fault';
import type { Fault, Result } from '#fault';
import { isDigest } from '#plan';
import type { BuildStep, Digest } from '#plan';
import { buildArguments } from './arguments.ts';
import type { Build } from './arguments.ts';
import { loginFolder } from './login.ts';
import type { Login } from './login.ts';
import { progress } from './progress.ts';
import type { Progress } from './progress.ts';
import { runProgram } from './spawn.ts';
import { hasContainerdStore, readBuilder, unfit } from './unfit.ts';

/** Where a builder works, and how it is told. */
export type Ground = {
  /** The directory that docker is run in: the workspace. */
  readonly workspace: string;
  /** A directory for temporary files. */
  readonly temp: string;
  readonly signal: AbortSignal;
  readonly show: (line: string) => void;
  /** A login that builds may use, beside those that the machine has. */
  readonly login?: Login | undefined;
};

/** What a build is asked for: {@link Build} without what only the builder knows. */
export type Asked = Omit<Build, 'builder' | 'secrets' | 'layout' | 'metadata'> & {
  /** Values by name. They reach buildx by its environment, and lie in no file. */
  readonly secrets: Readonly<Record<string, string>>;
};

/** What a build has made. */
export type Built = {
  /** An OCI layout; it lies there until the builder is closed. */
  readonly layout: string;
  /** Of the image's manifest, or of the index of several. */
  readonly digest: Digest;
  readonly steps: readonly BuildStep[];
  readonly warnings: readonly string[];
};

export type Builder = {
  /** `docker-container`, `docker`, `remote`, `kubernetes`, … */
  readonly driver: string;
  /** Builds once. Faults: `BUILD_FAILED`, `CANCELLED`. */
  readonly build: (asked: Asked) => Promise<Result<Built>>;
  /** Deletes what was kept. */
  readonly close: () => void;
};

/**
 * Looks at a builder of buildx, the current one if none is named, and starts it if it does not run.
 * Faults: `BUILDER_UNFIT` where there is no docker, no buildx, no such builder, or none that can write an image as a layout; `CANCELLED`.
 */
export const openBuilder = async (name: string | undefined, ground: Ground): Promise<Result<Builder>> => {
  const { signal, workspace, temp } = ground;
  const login = ground.login === undefined ? undefined : loginFolder(ground.login, temp);
  const folder = mkdtempSync(join(temp, 'landfall-image-'));
  const close = (): void => {
    login?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  const env = login === undefined ? {} : { DOCKER_CONFIG: login.folder };
  const docker: Docker = (words, own = {}, hear) =>
    runProgram(['docker', ...words], {
      cwd: workspace,
      env: { ...env, ...own },
      signal,
      ...(hear === undefined ? {} : { hear }),
    });
  const driver = await fitDriver(name, docker, signal);
  if (!driver.ok) {
    close();
    return driver;
  }
  return ok({
    driver: driver.value,
    build: (asked) => build(asked, name, folder, docker, ground),
    close,
  });
};

type Docker = (
  words: readonly string[],
  env?: Readonly<Record<string, string>>,
  hear?: (line: string) => void,
) => ReturnType<typeof runProgram>;

const fitDriver = async (name: string | undefined, docker: Docker, signal: AbortSignal): Promise<Result<string>> => {
  const said: string[] = [];
  const asked = ['buildx', 'inspect', '--bootstrap', ...(name === undefined ? [] : [name])];
  const { exit, stdout } = await docker(asked, {}, (line) => said.push(line));
  if (signal.aborted) return cancelled();
  if (exit === 'ENOENT') return unfit('there is no docker on this machine');
  const builder = readBuilder(stdout);
  const called = name === undefined ? 'the current builder' : `the builder ${name}`;
  const last = said.slice(-5);
  if (exit !== 0 || builder.driver === undefined)
    return /is not a docker command|unknown (?:command|flag)/.test(said.join('\n'))
      ? unfit('docker has no buildx here', last)
      : unfit(`${called} cannot be used`, last);
  if (builder.error !== undefined) return unfit(`${called} cannot be used`, [builder.error]);
  if (builder.driver !== 'docker') return ok(builder.driver);
  const info = await docker(['info', '--format', '{{json .DriverStatus}}']);
  if (info.exit === 0 && hasContainerdStore(info.stdout)) return ok(builder.driver);
  return unfit(
    `${called} is the engine's own (driver docker), which cannot write an image without pushing it, so that nothing could be scanned before`,
  );
};

const build = async (
  asked: Asked,
  builder: string | undefined,
  folder: string,
  docker: Docker,
  { signal, show }: Ground,
): Promise<Result<Built>> => {
  const into = mkdtempSync(join(folder, 'build-'));
  const layout = join(into, 'layout');
  const metadata = join(into, 'metadata.json');
  const names = Object.keys(asked.secrets).map((id, at) => [id, `LANDFALL_SECRET_${at}`] as const);
  const words = buildArguments({ ...asked, builder, layout, metadata, secrets: Object.fromEntries(names) });
  const heard = progress(show);
  const values = Object.fromEntries(names.map(([id, variable]) => [variable, asked.secrets[id] ?? '']));
  const { exit } = await docker(words, { ...values, BUILDX_METADATA_PROVENANCE: 'disabled' }, heard.line);
  if (signal.aborted) return cancelled();
  if (exit !== 0) return { ok: false, fault: failed(heard, exit) };
  const digest = digestIn(metadata);
  if (digest === undefined || !existsSync(join(layout, 'index.json')))
    return unfit('the builder ended well, but left no image layout', heard.said());
  return ok({ layout, digest, steps: heard.steps(), warnings: heard.warnings() });
};

const digestIn = (file: string): Digest | undefined => {
  const told = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const digest = told['containerimage.digest'];
  return isDigest(digest) ? digest : undefined;
};

const cancelled = () =>
  fail({ code: 'CANCELLED', what: 'the build was cancelled', next: 'Run it again: nothing was pushed.' });

/** What failed: the step that did, or what buildx says where none did. */
const failed = (heard: Progress, exit: number | string): Fault => {
  const step = heard.failed();
  const said = heard.said().filter((line) => line !== '');
  const next = 'Mend the Dockerfile or what it builds; nothing was pushed.';
  if (step === undefined)
    return { code: 'BUILD_FAILED', what: `docker buildx build ended with ${exit}`, said: said.slice(-15), next };
  return {
    code: 'BUILD_FAILED',
    what: `the build failed in ${step.name}`,
    said: [...step.tail, step.error],
    next,
  };
};
