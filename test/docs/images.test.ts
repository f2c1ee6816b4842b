/** docs/images.md: what it shows of building is built as it stands there, by a real builder into a real registry; only the names of registries are others. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { must } from '#fault';
import { tagsOf } from '#image';
import { time } from '#kit';
import { openRegistry } from '#registry';
import { buildImage } from '../../packages/operations/build-image.ts';
import { imageRepository, imageStage, noInputs, plainWish } from '../fakes/image-stage.ts';
import { builderMissing, startBuilder } from '../lab/builder.ts';
import { found, unless } from '../lab/needs.ts';
import { startRegistry } from '../lab/registry.ts';
import { folder } from '../lab/repository.ts';
import { reading } from './sections.ts';

jest.setTimeout(600_000);

const guide = reading('images');
const [yaml = '', workflow = ''] = guide.of('Building', 'yaml');
const [dockerfile = ''] = guide.of('Building', 'dockerfile');

type Steps = {
  readonly jobs: { readonly image: { readonly steps: readonly { readonly with?: Record<string, string> }[] } };
};

const programs = ['busybox', 'docker-registry'].filter((name) => found(name) === undefined);
const here = unless((await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined));

/** Stands for the tool that lists what an image holds: it takes the words that the document gives it. */
const syft = `#!/bin/sh
[ "$#:$1:$2:$3" = "4:scan:oci-dir:$IMAGE_LAYOUT:--output" ] && [ -f "$IMAGE_LAYOUT/index.json" ] || exit 64
printf '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"container","name":"app","version":"%s"}},"components":[{"name":"busybox"}]}' "$IMAGE_DIGEST" >"\${4#cyclonedx-json=}"
`;

here.test('the image of the document is built, named and found again', async () => {
  const [lab, server] = await Promise.all([startBuilder(), startRegistry()]);
  const before = { ...process.env };
  const bin = folder('bin');
  writeFileSync(join(bin, 'syft'), syft);
  chmodSync(join(bin, 'syft'), 0o755);
  Object.assign(process.env, lab.env, { PATH: `${bin}:${lab.env.PATH}` });
  try {
    const root = imageRepository('', {
      'manage.py': '',
      'landfall.yml': yaml.replace('registry.example.org', server.registry),
      // there is no image of busybox here: it is copied
      'deploy/Dockerfile': dockerfile.replace('FROM busybox AS web', 'FROM scratch AS web\nCOPY busybox /'),
    });
    const { secrets } = (parse(workflow) as Steps).jobs.image.steps.at(-1)?.with ?? {};
    const run = async () => {
      const { stage } = imageStage(root);
      const wish = { ...plainWish, secrets: secrets?.replace(/\$\{\{.*\}\}/, 'geheim-4711') };
      return buildImage(stage, { ...noInputs, builder: lab.name }, wish);
    };
    const first = await run();
    expect([first.fault, first.result]).toEqual([undefined, 'done']);
    expect(first.built?.tags.map(({ tag }) => tag)).toEqual(
      tagsOf(['commit', 'branch'], first.commit ?? '', 'refs/heads/main'),
    );
    expect(first.built?.sbom).toMatchObject({ format: 'cyclonedx', components: 1 });
    const registry = openRegistry({ ...time, name: { registry: server.registry, repository: 'team/app' }, signal: new AbortController().signal }); // prettier-ignore
    expect(must(await registry.digestOf('buildcache'))).toBeDefined();
    registry.close();
    expect((await run()).result).toBe('unchanged');
  } finally {
    process.env = before;
    await server.close();
    await lab.close();
  }
});

test('the table of tags is what the rules give', () => {
  const commit = 'c'.repeat(40);
  expect(tagsOf(['commit', 'semver', ':staging'], commit, 'refs/tags/v1.2.3')).toEqual([`sha-${'c'.repeat(12)}`, commit, '1.2.3', 'staging']); // prettier-ignore
  expect(tagsOf(['branch'], commit, 'refs/heads/main').at(-1)).toBe('main');
});

test('the deploying step is shown', () => {
  expect(guide.of('Deploying', 'yaml')).toHaveLength(1);
});
