import { expect, test } from '@jest/globals';
import { buildArguments } from './arguments.ts';
import type { Build } from './arguments.ts';

const plain: Build = {
  builder: undefined,
  context: '/w',
  file: undefined,
  target: undefined,
  platforms: [],
  args: {},
  labels: {},
  secrets: {},
  epoch: undefined,
  cache: 'off',
  repository: 'registry.test/team/app',
  fillsCache: true,
  fresh: false,
  layout: '/t/layout',
  metadata: '/t/metadata.json',
};

const always = ['buildx', 'build'];
const how = [
  '--progress',
  'rawjson',
  '--provenance',
  'false',
  '--sbom',
  'false',
  '--metadata-file',
  '/t/metadata.json',
];

test('a build that is told nothing writes a layout without attestations', () => {
  expect(buildArguments(plain)).toEqual([
    ...always,
    ...how,
    '--output',
    'type=oci,dest=/t/layout,tar=false,oci-mediatypes=true',
    '/w',
  ]);
});

test('a build that is told everything', () => {
  expect(
    buildArguments({
      ...plain,
      builder: 'big',
      file: '/w/docker/Dockerfile.prod',
      target: 'web',
      platforms: ['linux/amd64', 'linux/arm64'],
      args: { PYTHON: '3.13', EMPTY: '' },
      labels: { 'org.opencontainers.image.title': 'a "b", c' },
      secrets: { PIP_TOKEN: 'LANDFALL_SECRET_0' },
      epoch: 1700000000,
      cache: 'registry',
      layout: '/a, b/layout',
    }),
  ).toEqual([
    ...always,
    '--builder',
    'big',
    ...how,
    '--output',
    'type=oci,"dest=/a, b/layout",tar=false,oci-mediatypes=true,rewrite-timestamp=true',
    '--file',
    '/w/docker/Dockerfile.prod',
    '--target',
    'web',
    '--platform',
    'linux/amd64,linux/arm64',
    '--build-arg',
    'PYTHON=3.13',
    '--build-arg',
    'EMPTY=',
    '--build-arg',
    'SOURCE_DATE_EPOCH=1700000000',
    '--label',
    'org.opencontainers.image.title=a "b", c',
    '--secret',
    'id=PIP_TOKEN,env=LANDFALL_SECRET_0',
    '--cache-from',
    'type=registry,ref=registry.test/team/app:buildcache',
    '--cache-to',
    'type=registry,ref=registry.test/team/app:buildcache,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true',
    '/w',
  ]);
});

const cacheOf = (build: Partial<Build>): readonly string[] =>
  buildArguments({ ...plain, ...build }).filter((_, at, all) => /^--(cache|no-cache|pull)/.test(all[at] ?? '') || /^--cache/.test(all[at - 1] ?? '')); // prettier-ignore

test.each<[string, Partial<Build>, readonly string[]]>([
  ['a run that may not write only reads', { cache: 'registry', fillsCache: false }, ['--cache-from', 'type=registry,ref=registry.test/team/app:buildcache']], // prettier-ignore
  ['the Actions cache', { cache: 'gha' }, ['--cache-from', 'type=gha', '--cache-to', 'type=gha,mode=max,ignore-error=true']], // prettier-ignore
  ['a folder', { cache: 'local:/c' }, ['--cache-from', 'type=local,src=/c', '--cache-to', 'type=local,dest=/c,mode=max,ignore-error=true']], // prettier-ignore
  ['a fresh build reads none, and fills it', { cache: 'gha', fresh: true }, ['--no-cache', '--pull', '--cache-to', 'type=gha,mode=max,ignore-error=true']], // prettier-ignore
])('cache: %s', (_, build, words) => {
  expect(cacheOf(build)).toEqual(words);
});
