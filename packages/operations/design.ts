import { createHash } from 'node:crypto';
import { Failure, must } from '#fault';
import type { Result } from '#fault';
import { hooksOf } from '#plan';
import type { Hooks, Service } from '#plan';
import {
  baseOf,
  declaredShared,
  difference,
  envHash,
  environmentHash,
  lockOf,
  readEnvFile,
  readSource,
  releaseHash,
  releaseId,
  textOf,
  translationFiles,
} from '#release';
import type { Difference, Lock, Shared, SiteWords, Source } from '#release';
import type { Output } from '#remote';
import { fitImage, noImage } from './image.ts';
import type { ImageDesign, ImageFit, ImageWish } from './image.ts';
import { siteOf } from './nginx-site.ts';
import { preflight } from './preflight.ts';
import type { Scene } from './scene.ts';
import { warn } from './survey.ts';
import type { Survey } from './survey.ts';

/** A release as it will be: everything is known of it but what only the application itself can say. */
export type Designed = {
  readonly release: {
    readonly id: string;
    readonly hash: string;
    readonly commit: string;
    readonly services: readonly Service[];
    readonly hooks: Hooks;
  };
  readonly source: Source;
  readonly lock: Lock | undefined;
  /** Name of its Python environment. */
  readonly environment: string | undefined;
  readonly env: { readonly from: 'none' } | { readonly from: 'given' | 'shared'; readonly sha256: string };
  readonly shared: readonly Shared[];
  /** Its .po files. */
  readonly translations: readonly string[];
  /** The release on the host that unchanged files are taken from. */
  readonly from: string | undefined;
  readonly travels: Difference;
  /** The image that it runs; undefined: none. */
  readonly image: ImageDesign | undefined;
  /** nginx's site of it; undefined: it has none. */
  readonly site: SiteWords | undefined;
  /** Packages come from an index that the input names. */
  readonly index: boolean;
  /** Names of its variables that are not empty. */
  readonly variables: readonly string[];
  /** This very release is on the host already. */
  readonly kept: boolean;
};

export type Material = {
  readonly envFile: string | undefined;
  /** The address of the package index, with user and password; undefined: as pip or uv is set on the host. */
  readonly packageIndex: string | undefined;
  /** undefined: as none. */
  readonly image?: ImageWish | undefined;
};

/** What a design is made of that needs nothing to be known before: it is asked for at once, beside what else takes time. */
export type Beginning = {
  readonly source: Promise<Result<Source>>;
  /** The files of what serves. */
  readonly listed: Promise<Result<Output<'tree'>>>;
};

/** Begins to read the checkout, and asks the host for its list of what serves. Changes nothing. */
export const beginDesign = ({ target, host, signal }: Scene, workspace: string): Beginning => {
  const { include, exclude, python } = target;
  const source = readSource({ root: workspace, include, exclude, venv: python.venv });
  // whoever fails before it is waited for says why
  source.catch(() => undefined);
  return { source, listed: host.run('tree', { base: target.base, release: '@' }, { signal }) };
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Reads the checkout, and says which release comes of it on this host, and what must travel. Changes nothing.
 * Faults: SOURCE_UNFIT, REGISTRY_*, IMAGE_*, ENVIRONMENT_LOCK, SERVICE_UNFIT, INPUT_INVALID (env-file, nginx.file), and all that the host lacks: PREFLIGHT, PATH_OCCUPIED.
 */
export const design = async (
  scene: Scene,
  { found, made }: Survey,
  { envFile, packageIndex, image: wanting = noImage }: Material,
  beginning: Beginning,
): Promise<Designed> =>
  scene.timeline.step('design', 'read the checkout and see what the host has of it', async (note) => {
    const { target, host, signal } = scene;
    const fitting = fitImage(scene, wanting);
    // whoever fails before it is waited for says why
    fitting.catch(() => undefined);
    const from = found.current || found.releases.at(-1)?.id;
    const [read, serving] = await Promise.all([beginning.source, beginning.listed]);
    const source = must(read);
    const listed =
      serving.ok && serving.value.release === (from ?? '')
        ? serving
        : await host.run('tree', { base: target.base, release: from }, { signal });
    for (const { text } of source.notes) warn(scene, text);
    needServices(target.services);
    const { requirements } = target.python;
    const lock = must(
      lockOf({
        ...(requirements === undefined ? {} : { requirements }),
        directory: target.directory,
        read: textOf(source),
      }),
    );
    const given = envFile === undefined ? undefined : must(readEnvFile(envFile));
    const env =
      envFile !== undefined
        ? { from: 'given' as const, sha256: sha256(envFile) }
        : found.sharedEnv !== undefined
          ? { from: 'shared' as const, sha256: found.sharedEnv.hash }
          : { from: 'none' as const };
    const variables =
      given === undefined
        ? (found.sharedEnv?.names ?? [])
        : given.filter(({ value }) => value !== '').map(({ name }) => name);
    const environment = lock === undefined ? undefined : environmentHash(lock, found.python, packageIndex);
    const translations = translationFiles(source.entries, target.directory);
    const fit: ImageFit = await fitting;
    const travels = difference(source.entries, baseOf(must(listed).list));
    must(
      preflight(
        found,
        target,
        {
          bytes: source.bytes,
          files: source.entries.length,
          installer: lock?.installer,
          built: environment !== undefined && found.environments.includes(environment),
          variables,
          translations,
          image: fit.problems,
        },
        made,
      ),
    );
    const site = siteOf(scene);
    const hash = releaseHash({
      commit: source.commit,
      listHash: source.listHash,
      env: env.from === 'none' ? undefined : envHash(env.sha256),
      environment,
      venv: target.python.venv,
      directory: target.directory,
      services: target.services,
      hooks: hooksOf(target.hooks).length === 0 ? undefined : target.hooks,
      shared: target.shared,
      site: site?.words,
      image: fit.image?.record.name,
    });
    const wanted = env.from === 'none' ? undefined : env.sha256;
    // one whose variables were replaced when it was gone back to is another release now
    const known = found.releases.map((one) => ({ ...one, hash: one.env === wanted ? one.hash : '' }));
    const id = releaseId(source.commit, hash, known);
    const kept = known.some((one) => one.id === id && one.hash === hash);
    note(`${id}: ${source.entries.length} files, ${kept ? 'on the host already' : `${travels.send.length} travel`}`);
    return {
      release: { id, hash, commit: source.commit, services: target.services, hooks: target.hooks },
      source,
      lock,
      environment,
      env,
      shared: declaredShared(target.shared, source.entries),
      translations,
      image: fit.image,
      site,
      from: from !== undefined && travels.send.length < source.entries.length ? from : undefined,
      travels,
      index: packageIndex !== undefined,
      variables,
      kept,
    };
  });

const needServices = (services: readonly Service[]): void => {
  if (services.length > 0) return;
  throw new Failure({
    code: 'SERVICE_UNFIT',
    what: 'no service is described: nothing would serve the release',
    next: 'Add to landfall.yml, say: services: { web: { command: "gunicorn config.wsgi --bind 127.0.0.1:8000", listen: "127.0.0.1:8000" } }',
  });
};
