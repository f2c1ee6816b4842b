import { afterAll, beforeAll, expect } from '@jest/globals';
import { openRegistry } from '#registry';
import { githubServer } from '../../test/fakes/github-server.ts';
import type { GitHubServer } from '../../test/fakes/github-server.ts';
import { imageRepository, imageStage, noInputs, plainWish } from '../../test/fakes/image-stage.ts';
import { standingSigner } from '../../test/fakes/standing-signer.ts';
import { builderMissing, startBuilder } from '../../test/lab/builder.ts';
import type { LabBuilder } from '../../test/lab/builder.ts';
import { found } from '../../test/lab/found.ts';
import { unless } from '../../test/lab/needs.ts';
import { startRegistry } from '../../test/lab/registry.ts';
import type { RegistryServer } from '../../test/lab/registry.ts';
import { git } from '../../test/lab/repository.ts';
import { githubOf } from '../kit/github.ts';
import { buildImage } from './build-image.ts';
import type { ImageWish } from './image-wish.ts';

const programs = ['busybox', 'docker-registry'].filter((name) => found(name) === undefined);
const here = unless((await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined));
const token = 'ghs_0123456789abcdef';
const before = { ...process.env };
let lab: LabBuilder;
let registry: RegistryServer;
let github: GitHubServer;
let closing = async (): Promise<void> => {};

beforeAll(async () => {
  if ((await builderMissing()) !== undefined) return;
  [lab, registry, github] = await Promise.all([startBuilder(), startRegistry(), githubServer('team/app', token)]);
  closing = async () => {
    await Promise.all([lab.close(), registry.close(), github.close()]);
  };
  Object.assign(process.env, lab.env, {
    GITHUB_API_URL: github.url,
  });
}, 300_000);
afterAll(async () => {
  await closing();
  process.env = before;
});

let repositories = 0;
/** A checkout whose image nobody has built, and a way to run the action there with GitHub's ports as they are. */
const place = () => {
  repositories += 1;
  const root = imageRepository('FROM scratch\nCOPY Dockerfile /\n', { number: String(repositories) });
  const image = `${registry.registry}/team/app${repositories}`;
  const run = async (wish: Partial<ImageWish>) => {
    const { stage, shown } = imageStage(root, { repository: 'team/app' });
    const ports = { github: githubOf({ token, context: stage.context }), signer: standingSigner };
    const inputs = { ...noInputs, image, builder: lab.name };
    const report = await buildImage({ ...stage, ...ports }, inputs, { ...plainWish, ...wish });
    return { report, shown: shown.join('\n') };
  };
  const { stage } = imageStage('/');
  const name = { registry: registry.registry, repository: `team/app${repositories}` };
  const opened = openRegistry({ name, signal: stage.signal, clock: stage.clock });
  return { run, image, opened, tag: `sha-${git(root, 'rev-parse', 'HEAD').slice(0, 12)}` };
};

here.test(
  'what was built is attested once, under the digest that was pushed; a later run finds it',
  async () => {
    const { run, image } = place();
    const { report, shown } = await run({ attest: 'auto' });
    const digest = report.built?.digest ?? '';
    expect(github.attestations.at(-1)?.statement.subject).toEqual([
      { name: image, digest: { sha256: digest.slice(7) } },
    ]);
    const url = `https://github.test/team/app/attestations/${github.attestations.at(-1)?.id ?? ''}`;
    expect([report.result, report.built?.attestation, report.notes]).toEqual(['done', { url }, []]);
    expect(report.timeline.map(({ id }) => id)).toEqual(expect.arrayContaining(['push', 'attest', 'tag']));
    expect(`${shown}${JSON.stringify(report)}`).not.toContain(token);
    const kept = github.attestations.length;
    const again = (await run({ attest: 'true' })).report;
    expect([again.result, again.built?.attestation, github.attestations.length]).toEqual(['unchanged', {}, kept]);
  },
  300_000,
);

here.test(
  '`true`: where GitHub does not keep it, no tag names the image, and the next run builds and attests it',
  async () => {
    const { run, opened, tag } = place();
    github.attesting(false);
    const { report } = await run({ attest: 'true' });
    expect([report.result, report.fault?.code, report.built?.tags]).toEqual(['failed', 'ATTEST_FAILED', []]);
    expect(report.fault?.what).toMatch(/was pushed, and could not be attested: GitHub answered 403; .*attestations: write/); // prettier-ignore
    const digest = report.built?.digest ?? '';
    expect(await opened.digestOf(digest)).toMatchObject({ ok: true, value: digest });
    expect(await opened.digestOf(tag)).toMatchObject({ ok: true, value: undefined });
    // `auto` goes on without it
    const without = (await run({ attest: 'auto' })).report;
    expect([without.result, without.built?.attestation, without.notes[0]?.kind]).toEqual(['done', undefined, 'info']);
    // which is not enough for `true`: the same digest is built again, by a run that may say so
    github.attesting(true);
    const mended = (await run({ attest: 'true' })).report;
    expect([mended.result, mended.built?.digest, mended.built?.origin]).toEqual(['done', digest, 'built']);
    expect(mended.built?.attestation?.url).toMatch(/\/attestations\/\d+$/);
    opened.close();
  },
  300_000,
);
