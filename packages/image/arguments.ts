/** Where layers are kept between builds: `registry`, beside the image; `gha`, the Actions cache; `local:FOLDER`; `off`. */
export type Cache = 'registry' | 'gha' | 'off' | `local:${string}`;

/** What one build is told. Paths are absolute. */
export type Build = {
  readonly builder: string | undefined;
  readonly context: string;
  readonly file: string | undefined;
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of secrets, each with the environment variable that holds its value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Seconds since 1970, which all files and the image's history get; undefined: they keep the time of the build. */
  readonly epoch: number | undefined;
  readonly cache: Cache;
  /** `registry/repository`: where `cache: registry` keeps layers, under the tag `buildcache`. */
  readonly repository: string;
  /** Whether this build may write to the cache. */
  readonly fillsCache: boolean;
  /** Nothing is taken from a cache. */
  readonly fresh: boolean;
  /** The folder that gets the OCI layout. */
  readonly layout: string;
  /** The file that gets what buildx says of the result: JSON. */
  readonly metadata: string;
};

const pairs = (flag: string, map: Readonly<Record<string, string>>): string[] =>
  Object.entries(map).flatMap(([name, value]) => [flag, `${name}=${value}`]);

/** A field of a comma-separated value, as buildx reads it: CSV. */
const field = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * The words after `docker` for one build. Its result is an OCI layout, so that its digest is fixed before anything is pushed; and it
 * has no attestations: BuildKit's own name the hour of the build, and the same commit would have another digest each time. Pure.
 */
export const buildArguments = (build: Build): readonly string[] => [
  'buildx',
  'build',
  ...(build.builder === undefined ? [] : ['--builder', build.builder]),
  '--progress',
  'rawjson',
  '--provenance',
  'false',
  '--sbom',
  'false',
  '--metadata-file',
  build.metadata,
  '--output',
  [
    'type=oci',
    field(`dest=${build.layout}`),
    'tar=false',
    'oci-mediatypes=true',
    ...(build.epoch === undefined ? [] : ['rewrite-timestamp=true']),
  ].join(','),
  ...(build.file === undefined ? [] : ['--file', build.file]),
  ...(build.target === undefined ? [] : ['--target', build.target]),
  ...(build.platforms.length === 0 ? [] : ['--platform', build.platforms.join(',')]),
  ...pairs('--build-arg', {
    ...build.args,
    ...(build.epoch === undefined ? {} : { SOURCE_DATE_EPOCH: `${build.epoch}` }),
  }),
  ...pairs('--label', build.labels),
  ...Object.entries(build.secrets).flatMap(([id, env]) => ['--secret', `id=${id},env=${env}`]),
  ...(build.fresh ? ['--no-cache', '--pull'] : cacheFrom(build)),
  ...(build.fillsCache ? cacheTo(build) : []),
  build.context,
];

const cacheFrom = ({ cache, repository }: Build): string[] => {
  if (cache === 'off') return [];
  if (cache === 'registry') return ['--cache-from', `type=registry,ref=${repository}:buildcache`];
  return ['--cache-from', cache === 'gha' ? 'type=gha' : `type=local,${field(`src=${cache.slice('local:'.length)}`)}`];
};

/** All stages, and a cache that cannot be written does not fail a build that is good. */
const cacheTo = ({ cache, repository }: Build): string[] => {
  if (cache === 'off') return [];
  if (cache === 'registry')
    return [
      '--cache-to',
      `type=registry,ref=${repository}:buildcache,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`,
    ];
  return [
    '--cache-to',
    cache === 'gha'
      ? 'type=gha,mode=max,ignore-error=true'
      : `type=local,${field(`dest=${cache.slice('local:'.length)}`)},mode=max,ignore-error=true`,
  ];
};
