/**
 * A commit on its way: test-and-scan, build-image with a real builder and a real registry, deploy-over-ssh to a host whose Docker engine
 * pulls what was built. One document goes with it. O2 is what a release tag does with all of that.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { digestOf, encode, read } from '#evidence';
import { must } from '#fault';
import { time } from '#kit';
import type { Evidence, Link } from '#plan';
import { openRegistry } from '#registry';
import type { Registry } from '#registry';
import { evidenceType } from '../../packages/operations/evidence-image.ts';
import { prepareStage } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { builderMissing, startBuilder } from '../lab/builder.ts';
import type { LabBuilder } from '../lab/builder.ts';
import { docker } from '../lab/engine.ts';
import { found } from '../lab/found.ts';
import { hostDocker } from '../lab/host-docker.ts';
import { unless } from '../lab/needs.ts';
import { startRegistry } from '../lab/registry.ts';
import type { RegistryServer } from '../lab/registry.ts';
import { folder, remove } from '../lab/repository.ts';
import { fromSources } from '../runner/from-sources.ts';
import type { Job, StepEnd, WorkflowRun } from '../runner/index.ts';

const programs = ['docker-registry', 'python3', 'flock'].filter((name) => found(name) === undefined);
const here = unless((await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined));

/** Asks for the evidence of what it deploys; tests, builds and lists what the image holds. */
const yaml = (registry: string): string => `evidence: required
test:
  run: { unit: test -f manage.py }
image:
  name: ${registry}/team/notes
  tags: [commit, semver]
  sbom: >-
    printf '{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"container","name":"notes","version":"%s"}},"components":[{"name":"manage.py"}]}'
    "$IMAGE_DIGEST" >"$IMAGE_SBOM"
`;

here.describe('a document of evidence', () => {
  let lab: LabBuilder;
  let server: RegistryServer;
  let stage: Stage;
  let registry: Registry;
  let dist: string;
  const temp = folder('evidence');

  beforeAll(async () => {
    dist = fromSources('test-and-scan', 'build-image', 'deploy-over-ssh');
    [lab, server] = await Promise.all([startBuilder(), startRegistry()]);
    stage = await prepareStage({ dist, yaml: yaml(server.registry) });
    stage.repository.commit('Have an image', { Dockerfile: 'FROM scratch\nCOPY manage.py /\n' });
    writeFileSync(join(stage.host.dir, 'bin/docker'), hostDocker, { mode: 0o755 });
    registry = openRegistry({
      ...time,
      name: { registry: server.registry, repository: 'team/notes' },
      signal: new AbortController().signal,
    });
  }, 600_000);
  afterAll(async () => {
    const { stdout } = await docker([
      'images',
      '--format',
      '{{.Repository}}:{{.Tag}}',
      `${server.registry}/team/notes`,
    ]);
    for (const name of stdout.trim().split('\n')) await docker(['rmi', '--force', name]);
    registry.close();
    await stage.end();
    await server.close();
    await lab.close();
    for (const path of [dist, temp]) remove(path);
  }, 300_000);

  type Inputs = Readonly<Record<string, string>>;
  const onJob = (run: Partial<WorkflowRun> = {}): Job => stage.job({ run, more: { env: lab.env } });
  const uses = async (job: Job, action: string, inputs: Inputs): Promise<StepEnd> => {
    const end = await job.uses(action, { inputs, continueOnError: true });
    if (end === undefined) throw new Error('the step was skipped');
    return end;
  };
  const test = (job: Job): Promise<StepEnd> => uses(job, 'test-and-scan', {});
  const build = (job: Job, inputs: Inputs = {}): Promise<StepEnd> =>
    uses(job, 'build-image', { builder: lab.name, ...inputs });
  const deploy = (job: Job, inputs: Inputs): Promise<StepEnd> =>
    uses(job, 'deploy-over-ssh', stage.deploy(inputs).inputs);

  const said = ({ log }: StepEnd): string => log.join('\n');
  const came = (end: StepEnd): string => {
    const result = end.outputs['result'] ?? 'nothing';
    return result === 'failed' ? `failed: ${said(end)}` : result;
  };
  const documentOf = (end: StepEnd): Evidence => {
    const file = end.outputs['evidence'];
    if (file === undefined || file === '') throw new Error(`there is no document:\n${said(end)}`);
    return must(read(readFileSync(file)));
  };
  const kinds = ({ links }: Evidence): readonly string[] => links.map(({ kind }) => kind);
  const of = <K extends Link['kind']>({ links }: Evidence, kind: K): Extract<Link, { kind: K }> => {
    const [link] = links.filter((one): one is Extract<Link, { kind: K }> => one.kind === kind);
    if (link === undefined) throw new Error(`there is no link ${kind}`);
    return link;
  };
  /** Nobody was connected to, and why. */
  const refused = (end: StepEnd, ...words: readonly string[]): void => {
    expect(came(end)).toBe('refused');
    for (const word of words) expect(said(end)).toContain(word);
    expect(said(end)).not.toMatch(/connect to |docker buildx build/);
  };
  const inFile = (bytes: string | Buffer): string => {
    const file = join(temp, 'other.json');
    writeFileSync(file, bytes);
    return file;
  };
  const changed = (end: StepEnd, change: (evidence: Evidence) => Evidence): string =>
    inFile(encode(change(documentOf(end))));

  let shipped: {
    readonly commit: string;
    readonly tested: StepEnd;
    readonly built: StepEnd;
    readonly deployed: StepEnd;
  };

  here.test(
    'grows from tests to image to host: each link names the digest of the one before, and the host runs the digest that was built',
    async () => {
      const commit = stage.commit('Ship it');
      const job = onJob();
      const tested = await test(job);
      expect(kinds(documentOf(tested))).toEqual(['commit', 'tests']);
      const built = await build(job, { evidence: tested.outputs['evidence'] ?? '' });
      expect([came(built), kinds(documentOf(built))]).toEqual(['done', ['commit', 'tests', 'image', 'sbom']]);
      const { image = '', digest = '' } = built.outputs;
      const deployed = await deploy(job, { image, evidence: built.outputs['evidence'] ?? '' });
      expect(came(deployed)).toBe('done');
      await job.finish();
      shipped = { commit, tested, built, deployed };

      const { links, head } = documentOf(deployed);
      expect(links.map(({ after }) => after)).toEqual([undefined, ...links.slice(0, -1).map(digestOf)]);
      expect(head).toBe(digestOf(links.at(-1) as Link));
      expect(links.slice(0, 4)).toEqual(documentOf(built).links);
      expect(of({ v: 1, links, head }, 'commit').commit).toBe(commit);
      expect(of({ v: 1, links, head }, 'image')).toMatchObject({ digest, image: `${server.registry}/team/notes` });
      expect(of({ v: 1, links, head }, 'sbom').image).toBe(digest);
      // the registry, the host's engine, the release and its evidence say the same
      expect(must(await registry.digestOf(commit))).toBe(digest);
      const [beside] = must(await registry.attached(must(await registry.digestOf(commit)) ?? 'sha256:', evidenceType));
      expect(beside?.bytes.toString()).toBe(encode(documentOf(built)));
      const current = realpathSync(join(stage.base, 'current'));
      expect(readFileSync(join(current, '.landfall/EVIDENCE.json'), 'utf8')).toBe(encode(documentOf(deployed)));
      expect(JSON.parse(readFileSync(join(current, 'RELEASE.json'), 'utf8'))).toMatchObject({ image: { name: image } });
      const there = await stage.shell(`docker image inspect --format '{{.RepoDigests}}' ${server.registry}/team/notes:${digest.replace(':', '-')}`); // prettier-ignore
      expect(there.text).toBe(`[${image}]`);
    },
    600_000,
  );

  here.test(
    'of another commit is refused, by build-image before it builds and by deploy-over-ssh before it connects',
    async () => {
      const commit = stage.commit('Another one');
      const job = onJob();
      const words = ['EVIDENCE_DIFFERS', `the evidence is of commit ${shipped.commit}`, commit];
      refused(await build(job, { evidence: shipped.tested.outputs['evidence'] ?? '' }), ...words);
      const { image = '', evidence = '' } = shipped.built.outputs;
      refused(await deploy(job, { image, evidence }), ...words);
      await job.finish();
    },
    600_000,
  );

  here.test(
    'with a changed byte is refused, wherever it is changed',
    async () => {
      stage.repository.checkout(shipped.commit);
      const job = onJob();
      const { image = '', evidence = '' } = shipped.built.outputs;
      const bytes = readFileSync(evidence);
      for (const part of ['"passed"', '"sha256:', 'https://', '\n  "v"']) {
        const at = bytes.lastIndexOf(part) + part.length - 1;
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ 1;
        refused(await deploy(job, { image, evidence: inFile(other) }), 'EVIDENCE_DIFFERS');
      }
      const file = inFile(readFileSync(shipped.tested.outputs['evidence'] ?? '', 'utf8').replace('"findings": 0', '"findings": 1')); // prettier-ignore
      refused(
        await build(job, { evidence: file }),
        'EVIDENCE_DIFFERS',
        'the last link is not the one that the document ended with',
      );
      await job.finish();
      stage.repository.checkout('main');
    },
    600_000,
  );

  here.test(
    'in which a link is missing is refused, and the link is named',
    async () => {
      stage.repository.checkout(shipped.commit);
      const job = onJob();
      const { image = '' } = shipped.built.outputs;
      refused(await deploy(job, { image }), 'EVIDENCE_MISSING', 'wanted tests, image, sbom');
      const { evidence = '' } = shipped.tested.outputs;
      refused(await deploy(job, { image, evidence }), 'EVIDENCE_MISSING', 'there is no link `image`', 'there is no link `sbom`'); // prettier-ignore
      // cut, with a head that fits what is left
      const cut =
        (left: number) =>
        (chain: Evidence): Evidence => {
          const links = chain.links.slice(0, left);
          return { ...chain, links, head: digestOf(links.at(-1) as Link) };
        };
      refused(await deploy(job, { image, evidence: changed(shipped.built, cut(3)) }), 'EVIDENCE_MISSING', 'there is no link `sbom`'); // prettier-ignore
      const bare = ({ links, ...rest }: Evidence): Evidence => ({ ...rest, links: links.filter(({ kind }) => kind !== 'tests') }); // prettier-ignore
      refused(await deploy(job, { image, evidence: changed(shipped.built, bare) }), 'EVIDENCE_DIFFERS', 'link 2 (image) does not follow link 1 (commit)'); // prettier-ignore
      await job.finish();
      stage.repository.checkout('main');
    },
    600_000,
  );

  here.describe('O2', () => {
    const tagged = (job: Job): Promise<StepEnd> => build(job, { build: 'never' });
    const onTag = (tag: string): Job => onJob({ ref: `refs/tags/${tag}` });

    here.test(
      'a tag finds the digest and the document of its commit, builds nothing, and deploys them',
      async () => {
        stage.repository.checkout(shipped.commit);
        const job = onTag('v1.0.0');
        const there = await tagged(job);
        expect([came(there), there.outputs['image']]).toEqual(['done', shipped.built.outputs['image']]);
        expect(said(there)).not.toContain('docker buildx build');
        expect(documentOf(there)).toEqual(documentOf(shipped.built));
        expect(must(await registry.digestOf('1.0.0'))).toBe(shipped.built.outputs['digest']);
        const { image = '', evidence = '' } = there.outputs;
        const deployed = await deploy(job, { image, evidence });
        expect(came(deployed)).toBe('unchanged');
        await job.finish();
        stage.repository.checkout('main');
      },
      600_000,
    );

    here.test(
      'no image of its commit: refused',
      async () => {
        stage.commit('Nobody has built it');
        const job = onTag('v1.1.0');
        refused(await tagged(job), 'IMAGE_MISSING', 'forbids to make it');
        await job.finish();
        expect(must(await registry.digestOf('1.1.0'))).toBeUndefined();
      },
      600_000,
    );

    here.test(
      'an image without a document: refused, and so is one whose tests failed',
      async () => {
        stage.commit('Nobody has tested it');
        const job = onTag('v1.2.0');
        expect(came(await build(job))).toBe('done');
        const bare = await tagged(job);
        expect([came(bare), bare.outputs['evidence']]).toEqual(['unchanged', undefined]);
        const { image = '' } = bare.outputs;
        refused(await deploy(job, { image }), 'EVIDENCE_MISSING');
        const red = await uses(job, 'test-and-scan', { run: 'unit: false' });
        const { evidence = '' } = red.outputs;
        refused(await build(job, { evidence }), 'EVIDENCE_DIFFERS', 'the verdict is failed');
        refused(await deploy(job, { image, evidence }), 'EVIDENCE_DIFFERS', 'the verdict is failed');
        await job.finish();
      },
      600_000,
    );

    here.test(
      'a tag that was moved to another commit: refused, and it names what it named',
      async () => {
        stage.commit('Where the tag was moved to');
        const job = onTag('v1.0.0');
        expect(came(await uses(job, 'build-image', { builder: lab.name, tags: 'commit' }))).toBe('done');
        const moved = await tagged(job);
        expect(came(moved)).toBe('refused');
        expect(said(moved)).toContain('IMAGE_TAG_TAKEN');
        expect(said(moved)).toContain(`the tag 1.0.0 names ${shipped.built.outputs['digest'] ?? ''} already`);
        expect(must(await registry.digestOf('1.0.0'))).toBe(shipped.built.outputs['digest']);
        await job.finish();
      },
      600_000,
    );
  });
});
