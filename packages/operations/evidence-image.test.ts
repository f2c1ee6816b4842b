import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encode, read } from '#evidence';
import { must, ok } from '#fault';
import { timeline } from '#plan';
import type { Digest, Evidence, ImageReport, ScanReport } from '#plan';
import type { Attached, Registry } from '#registry';
import { at, built, image, tested } from '../../test/fakes/evidence.ts';
import { contextOf } from '../../test/fakes/found.ts';
import { fakeClock } from '../../test/fakes/scene.ts';
import { git, remove, repository, write } from '../../test/lab/repository.ts';
import type { Work } from './image-work.ts';
import { evidenceBeside, evidenceGiven, evidenceType, keepImageEvidence } from './evidence-image.ts';
import { noEvidence } from './scene.ts';

let temp: string;
let workspace: string;
let commit: string;
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'landfall-evidence-'));
  workspace = repository({ Dockerfile: 'FROM scratch\n' });
  commit = git(workspace, 'rev-parse', 'HEAD');
});
afterAll(() => {
  rmSync(temp, { recursive: true });
  remove(workspace);
});

/** Artifacts of images in memory, one of each content. */
const shelf = () => {
  const all: { readonly subject: Digest; readonly artifactType: string; readonly bytes: Buffer }[] = [];
  const registry: Pick<Registry, 'name' | 'attach' | 'attached'> = {
    name: { registry: 'registry.test', repository: 'o/r' },
    attach: (subject, { artifactType, bytes }) => {
      if (!all.some((one) => one.subject === subject && one.bytes.equals(bytes)))
        all.push({ subject, artifactType, bytes });
      return Promise.resolve(ok(image));
    },
    attached: (subject, type) =>
      Promise.resolve(
        ok(
          all
            .filter((one) => one.subject === subject && one.artifactType === type)
            .map((one): Attached => ({ ...one, digest: image, annotations: {} })),
        ),
      ),
  };
  return { registry, all };
};

const report = (over: Partial<ImageReport> = {}): ImageReport => ({
  image: `registry.test/o/r@${image}`,
  digest: image,
  origin: 'built',
  platforms: [],
  steps: [],
  tags: [],
  pushed: { bytes: 1, blobs: 1, there: 0 },
  ...over,
});

const work = (
  registry: Pick<Registry, 'name' | 'attach' | 'attached'>,
  of: ImageReport,
  { scan, pushes = true }: { readonly scan?: Pick<ScanReport, 'verdict' | 'gates'>; readonly pushes?: boolean } = {},
): Work => {
  const clock = fakeClock();
  const evidence = noEvidence();
  evidence.built = of;
  if (scan !== undefined) evidence.scan = scan as ScanReport;
  const stage = { context: contextOf(), wall: () => new Date(at), temp, workspace };
  return {
    stage,
    wanted: { pushes },
    registry,
    evidence,
    timeline: timeline({ clock, show: () => undefined }),
    commit: { id: commit },
  } as unknown as Work;
};
const left = ({ evidence }: Work): Evidence => must(read(readFileSync(evidence.evidence?.file ?? '')));

test('an image and its list of parts are added, put beside it, and left on the runner', async () => {
  const { registry, all } = shelf();
  const sbom = { format: 'cyclonedx' as const, file: '/sbom', components: 3, digest: image };
  const on = work(registry, report({ sbom, attestation: {} }), { scan: { verdict: 'passed', gates: [] } });
  await keepImageEvidence(on, tested(commit));
  expect(left(on).links.slice(2)).toMatchObject([
    { kind: 'image', image: 'registry.test/o/r', digest: image, scan: 'passed', attested: true },
    { kind: 'sbom', image, format: 'cyclonedx', digest: image },
  ]);
  expect(on.evidence.evidence?.links.at(-1)?.what).toBe(`CycloneDX list of parts of ${image}, which it does not name`);
  expect(all).toEqual([{ subject: image, artifactType: evidenceType, bytes: Buffer.from(encode(left(on))) }]);
});

test('a later run of the commit finds it beside the image, as it was', async () => {
  const { registry } = shelf();
  const first = work(registry, report());
  await keepImageEvidence(first, tested(commit));
  const later = work(registry, report({ origin: 'found' }));
  await keepImageEvidence(later, undefined);
  expect(left(later)).toEqual(left(first));
  // one that has built it anew has none
  const anew = work(registry, report());
  await keepImageEvidence(anew, undefined);
  expect(anew.evidence.evidence).toBeUndefined();
});

test('an image that nobody can have is no link', async () => {
  const { registry, all } = shelf();
  const { pushed: _, ...unpushed } = report();
  const on = work(registry, unpushed);
  await keepImageEvidence(on, tested(commit));
  expect(left(on)).toEqual(tested(commit));
  expect(all).toEqual([]);
});

test('nothing is put beside an image that was found where nothing is to be pushed', async () => {
  const { registry, all } = shelf();
  const on = work(registry, report({ origin: 'found' }), { pushes: false });
  await keepImageEvidence(on, tested(commit));
  expect([left(on).links.length, all]).toEqual([3, []]);
});

test('a scan that could not look at all is told so, where that was allowed', async () => {
  const gates = [
    { name: 'trivy', outcome: 'incomplete', allowed: true, wanted: '', found: '' },
    { name: 'command starts', outcome: 'passed', wanted: '', found: '' },
  ] as const;
  const on = work(shelf().registry, report(), { scan: { verdict: 'passed', gates } });
  await keepImageEvidence(on, tested(commit));
  expect(left(on).links.at(-1)).toMatchObject({ kind: 'image', scan: 'passed', unchecked: ['trivy'] });
});

test('of several platforms, those of the image and the one that the list of parts names', async () => {
  const platforms = ['linux/amd64', 'linux/arm64'].map((platform) => ({
    platform,
    digest: image,
    layers: 1,
    bytes: 1,
  }));
  const sbom = { format: 'spdx' as const, file: '/sbom', components: 3, digest: image, names: image, platform: 'linux/arm64' }; // prettier-ignore
  const on = work(shelf().registry, report({ sbom, platforms }));
  await keepImageEvidence(on, tested(commit));
  expect(left(on).links.slice(2)).toMatchObject([
    { kind: 'image', platforms: ['linux/amd64', 'linux/arm64'] },
    { kind: 'sbom', image, names: image, platform: 'linux/arm64' },
  ]);
  expect(on.evidence.evidence?.links.at(-1)?.what).toBe(
    `SPDX list of parts of ${image}, which names linux/arm64 of it`,
  );
});

test('of what lies beside an image, other commits, damaged ones and junk are passed over; the newest counts', async () => {
  const { registry } = shelf();
  const put = (text: string) => registry.attach(image, { artifactType: evidenceType, bytes: Buffer.from(text) });
  const about = { commit, repository: 'o/r' };
  expect(await evidenceBeside(registry, image, about)).toBeUndefined();
  await put('junk');
  await put(encode(built(tested('b'.repeat(40)))));
  await put(encode(built(tested(commit, {}, 'x/y'))));
  await put(encode(built(tested(commit))).replace('120', '121'));
  expect(await evidenceBeside(registry, image, about)).toBeUndefined();
  await put(encode(tested(commit)));
  expect(await evidenceBeside(registry, image, about)).toEqual(tested(commit));
});

test('before anything is built, evidence of another commit, a red one, and changed files are refused', async () => {
  const asked = async (evidence: Evidence) => {
    const path = join(temp, 'given.json');
    writeFileSync(path, encode(evidence));
    return evidenceGiven(work(shelf().registry, report()), path);
  };
  expect(await asked(tested(commit))).toEqual(tested(commit));
  await expect(asked(tested('b'.repeat(40)))).rejects.toThrow(/^EVIDENCE_DIFFERS/);
  await expect(asked(tested(commit, { verdict: 'incomplete' }))).rejects.toThrow(/verdict is incomplete/);
  write(workspace, 'Dockerfile', 'FROM other\n');
  await expect(asked(tested(commit))).rejects.toThrow(/tracked files are not as the commit has them/);
});
