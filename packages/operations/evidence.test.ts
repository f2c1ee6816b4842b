import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { digestOfJson, encode, read } from '#evidence';
import { faultOf, must, ok } from '#fault';
import type { Digest, Evidence, ScanReport } from '#plan';
import { built, image, tested } from '../../test/fakes/evidence.ts';
import { contextOf } from '../../test/fakes/found.ts';
import { fakeHost, fault } from '../../test/fakes/host.ts';
import { sceneOn, targetOf } from '../../test/fakes/scene.ts';
import { commitAll, git, remove, repository, write } from '../../test/lab/repository.ts';
import { beginEvidence, growEvidence, testedCommit } from './evidence.ts';
import { evidenceProblems, provenBefore, provenOnHost } from './evidence-demand.ts';
import { keepAgain, keepGrown, keptEvidence, planWithEvidence, withEvidence } from './evidence-kept.ts';

const context = contextOf();
const commit = 'a'.repeat(40);
let temp: string;
beforeAll(() => void (temp = mkdtempSync(join(tmpdir(), 'landfall-evidence-'))));
afterAll(() => {
  rmSync(temp, { recursive: true });
});

describe('a chain begins and grows', () => {
  const scan: ScanReport = {
    verdict: 'passed',
    commands: [],
    gates: [],
    tests: { total: 9, passed: 8, failed: 0, skipped: 1 },
    failures: [],
    findings: [],
    excepted: 0,
    unchecked: [],
    coverage: { total: 200 / 3, covered: 2, lines: 3, missed: [] },
  };
  const by = { context, wall: () => new Date('2026-01-02T12:00:00Z') };
  test('with the commit and what its tests came to, said by this run', () => {
    const [first, second] = must(read(Buffer.from(encode(beginEvidence(by, commit, scan))))).links;
    const run = { url: context.url, actor: 'ann' };
    expect(first).toEqual({ kind: 'commit', repository: 'o/r', commit, at: '2026-01-02T12:00:00.000Z', run });
    expect(second).toMatchObject({
      kind: 'tests',
      verdict: 'passed',
      tests: { total: 9, failed: 0, skipped: 1 },
      findings: 0,
      coverage: 200 / 3,
      report: digestOfJson(scan),
      run,
    });
  });
  test('by what an image is, one link after the other', () => {
    const grown = growEvidence(by, tested(commit), { kind: 'image', image: 'x/y', digest: image }, { kind: 'sbom', image, format: 'spdx', digest: image }); // prettier-ignore
    expect(must(read(Buffer.from(encode(grown)))).links.map(({ kind }) => kind)).toEqual([
      'commit',
      'tests',
      'image',
      'sbom',
    ]);
  });
});

describe('the commit that was tested', () => {
  const at = (when: string, changed: readonly string[] = [], id = commit) => ({
    when,
    said: ok({ commit: id, changed }),
  });
  const clean = at('before anything was run');
  test('is the one that git names before, between and after', () => {
    expect(testedCommit([clean, at('after `prepare`'), at('after the commands')])).toEqual({ commit });
  });
  test.each([
    ['changed at first', [at('before anything was run', ['a.py'])], 'before anything was run, tracked files were not as the commit has them: a.py'],
    ['changed by `prepare`', [clean, at('after `prepare`', ['a', 'b', 'c', 'd'])], 'after `prepare`, tracked files were not as the commit has them: a, b, c and 1 more'],
    ['put back later', [clean, at('after `prepare`', ['a']), clean], 'after `prepare`, tracked files were not as the commit has them: a'],
    ['changed by a command', [clean, at('after the commands', ['a'])], 'after the commands, tracked files were not as the commit has them: a'],
    ['committed on the way', [clean, at('after `prepare`', [], 'b'.repeat(40))], `after \`prepare\`, the checkout was of ${'b'.repeat(40)}, and no more of ${commit}`],
  ])('is none: %s', (_, looks, why) => {
    expect(testedCommit(looks)).toEqual({ lacks: { kind: 'warning', text: `no evidence is left: ${why}` } });
  }); // prettier-ignore
  test('is none where git names none, which is no warning', () => {
    expect(testedCommit([{ when: 'before anything was run', said: fault('SOURCE_UNFIT') }])).toEqual({
      lacks: { kind: 'info', text: 'no evidence is left: before anything was run, git named no commit here' },
    });
  });
});

describe('before anything is connected to', () => {
  let workspace: string;
  let head: string;
  let kept = 0;
  beforeAll(() => {
    workspace = repository({ 'manage.py': '', 'shop/urls.py': '' });
    head = git(workspace, 'rev-parse', 'HEAD');
  });
  afterAll(() => {
    remove(workspace);
  });
  const at = (evidence: Evidence): string => {
    const path = join(temp, `${(kept += 1)}.json`);
    writeFileSync(path, encode(evidence));
    return path;
  };
  type Wish = Partial<Parameters<typeof provenBefore>[2]> & { readonly needs?: boolean };
  const asked = ({ needs = true, ...wish }: Wish) =>
    provenBefore({ workspace, context }, targetOf(needs ? { needsEvidence: true } : {}), {
      phase: 'deploy',
      evidence: undefined,
      ...wish,
    });
  const refused = async (wish: Wish): Promise<readonly (string | undefined)[]> => {
    const { code, problems = [] } = faultOf(
      await asked(wish).then(
        () => 'nothing was refused',
        (thrown: unknown) => thrown,
      ),
    );
    return [code, ...problems.map(({ what }) => what)];
  };
  const name = `registry.test/o/r@${image}`;

  test('all that is wanted is there', async () => {
    const chain = tested(head);
    expect(await asked({ evidence: at(chain) })).toMatchObject({ chain, notes: [] });
    expect(await asked({ evidence: at(built(chain)), image: name })).toMatchObject({ notes: [] });
    // a path in the checkout
    write(workspace, 'out/evidence.json', encode(chain));
    expect(await asked({ evidence: 'out/evidence.json', phase: 'prepare' })).toMatchObject({ chain });
  });
  test('none: refused where it is required, else noted where an image is deployed', async () => {
    expect(await refused({})).toEqual(['EVIDENCE_MISSING', 'there is no evidence at all: wanted tests']);
    expect(await refused({ image: name })).toEqual([
      'EVIDENCE_MISSING',
      'there is no evidence at all: wanted tests, image, sbom',
    ]);
    expect(await asked({ needs: false })).toEqual({ notes: [] });
    const { notes } = await asked({ needs: false, image: name });
    expect(notes).toEqual([{ kind: 'info', text: expect.stringContaining('no evidence is given') }]);
    expect(await refused({ needs: false, evidence: '/nowhere' })).toEqual(['EVIDENCE_MISSING']);
  });
  test('a link that is missing: refused where it is required, else a warning', async () => {
    const lacking = ['image', 'sbom'].map((kind) => expect.stringContaining(`there is no link \`${kind}\``));
    expect(await refused({ evidence: at(tested(head)), image: name })).toEqual(['EVIDENCE_MISSING', ...lacking]);
    const { notes } = await asked({ needs: false, evidence: at(tested(head)), image: name });
    expect(notes.map(({ text }) => text)).toEqual(lacking);
  });
  test.each([true, false])('what does not match is refused, required (%s) or not', async (needs) => {
    expect(await refused({ needs, evidence: at(tested(commit)) })).toEqual([
      'EVIDENCE_DIFFERS',
      `commit: the evidence is of commit ${commit}; what is deployed is ${head}`,
    ]);
    expect(await refused({ needs, evidence: at(tested(head, { verdict: 'failed' })) })).toEqual([
      'EVIDENCE_DIFFERS',
      'tests: the verdict is failed (https://github.com/o/r/actions/runs/7)',
    ]);
    const { links, ...rest } = built(tested(head));
    expect(await refused({ needs, evidence: at({ ...rest, links: links.filter((_, index) => index !== 2) }) })).toEqual(
      ['EVIDENCE_DIFFERS', expect.stringMatching(/^link 3 \(sbom\) does not follow link 2/)],
    );
  });
  test('files that are not as the commit has them are no commit', async () => {
    write(workspace, 'shop/urls.py', 'changed');
    expect(await refused({ needs: false, evidence: at(tested(head)) })).toEqual([
      'EVIDENCE_DIFFERS',
      expect.stringContaining(
        'tracked files are not as the commit has them, so that what is deployed is no commit: shop/urls.py',
      ),
    ]);
    git(workspace, 'checkout', 'shop/urls.py');
    // what git ignores, or does not know, is no part of it
    write(workspace, 'untracked', '');
    expect(await asked({ evidence: at(tested(head)) })).toMatchObject({ notes: [] });
  });
  test('the checkout is what counts, not the event: a commit more is another one', async () => {
    const before = at(tested(head));
    head = commitAll(workspace);
    expect((await refused({ evidence: before }))[0]).toBe('EVIDENCE_DIFFERS');
  });
  test('phases that put nothing on the host look at none, and take none', async () => {
    expect(await asked({ phase: 'switch' })).toEqual({ notes: [] });
    expect(evidenceProblems({ phase: 'switch', evidence: 'x' })).toMatchObject([{ where: 'input evidence' }]);
    expect(evidenceProblems({ phase: 'prepare', evidence: 'x' })).toEqual([]);
  });
});

describe('phase: switch looks at what was kept with the release', () => {
  const on =
    (kept: Evidence | undefined, needs = true, runs?: Digest) =>
    () => {
      const of = runs === undefined ? {} : { image: { name: `registry.test/o/r@${runs}`, local: 'r', ids: [] } };
      provenOnHost(context, targetOf(needs ? { needsEvidence: true } : {}), kept, { id: 'B', commit, ...of });
    };
  test('with the image that RELEASE.json names', () => {
    expect(on(built(tested(commit)), true, image)).not.toThrow();
    expect(on(tested(commit), true, image)).toThrow(/^EVIDENCE_MISSING: 2 things/);
    expect(on(tested(commit), false, image)).not.toThrow();
    expect(on(built(tested(commit)), false, `sha256:${'9'.repeat(64)}`)).toThrow(/^EVIDENCE_DIFFERS/);
  });
  test('and refuses what is missing or differs', () => {
    expect(on(undefined)).toThrow(/^EVIDENCE_MISSING: evidence: there is no evidence at all/);
    expect(on(tested('b'.repeat(40)), false)).toThrow(/^EVIDENCE_DIFFERS/);
    expect(on(undefined, false)).not.toThrow();
    expect(on(tested(commit))).not.toThrow();
  });
  test('as it is there', async () => {
    const chain = tested(commit);
    const scene = (text: string) => sceneOn(fakeHost({ evidence: () => ok(Buffer.from(text)) }));
    expect(await keptEvidence(scene(''), 'B')).toBeUndefined();
    expect(await keptEvidence(scene(encode(chain)), 'B')).toEqual(chain);
    await expect(keptEvidence(scene(encode(chain).replace('120', '121')), 'B')).rejects.toThrow(
      /^EVIDENCE_DIFFERS: EVIDENCE.json of B/,
    );
  });
});

describe('after the release serves', () => {
  const chain = tested(commit);
  const checks = [true, true, false].map((passed) => ({ says: 'GET /', ok: passed, ms: 1, tries: 1 }));
  test('the chain grows by the deploy and its checks, is kept, and left on the runner', async () => {
    const bodies: string[] = [];
    const on = fakeHost({
      'keep-evidence': (_, { body }) => (bodies.push((body as Buffer).toString()), ok(undefined)),
    });
    const scene = { ...sceneOn(on, { temp }), chain };
    scene.evidence.checks = checks;
    await keepGrown(scene, 42, 'B');
    const [text = ''] = bodies;
    const grown = must(read(Buffer.from(text)));
    expect(grown.links.slice(0, 2)).toEqual(chain.links);
    expect(grown.links.slice(2)).toMatchObject([
      {
        kind: 'deploy',
        release: 'B',
        transaction: 't42',
        host: 'deploy@example.org',
        target: 'production',
        after: chain.head,
      },
      { kind: 'smoke', release: 'B', passed: 2, failed: 1 },
    ]);
    expect(on.inputs('keep-evidence')).toMatchObject([{ number: 42, release: 'B' }]);
    const { file = '', links, head } = scene.evidence.evidence ?? { links: [], head: '' };
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(head).toBe(grown.head);
    expect(links.map(({ what }) => what)).toEqual([
      `${commit} of o/r`,
      'passed: 120 tests, 2 skipped, no findings, 91.2 % of lines',
      'B (t42) on deploy@example.org, target production',
      '2 of 3 checks of B passed',
    ]);
  });
  test('a host that does not keep it is a warning, and takes nothing back', async () => {
    const scene = { ...sceneOn(fakeHost({ 'keep-evidence': () => fault('SSH_LOST') }), { temp }), chain };
    await keepGrown(scene, 42, 'B');
    expect(scene.evidence.notes).toMatchObject([
      { kind: 'warning', text: expect.stringContaining('was not kept with B') },
    ]);
    expect(scene.evidence.evidence?.links).toHaveLength(3);
  });
  test('nothing is written without evidence, nor at a prepare over what serves', async () => {
    const scene = sceneOn(fakeHost({}));
    await keepGrown(scene, 42, 'B');
    await keepAgain({ ...scene, chain }, 'B', true);
    expect(scene.host.ran()).toEqual([]);
  });
});

test('the plan says what there is, and that it is kept', () => {
  const scene = withEvidence(sceneOn(fakeHost({})), tested(commit), '/tmp/e.json');
  const plan = { action: 'deploy-over-ssh', target: 'p', host: 'h', release: 'B', path: 'online' as const, undo: { kind: 'none' as const }, waves: [], notes: [] }; // prettier-ignore
  const { waves, notes } = planWithEvidence(scene, plan);
  expect(notes.map(({ text }) => text)).toEqual([
    `evidence: commit: ${commit} of o/r`,
    'evidence: tests: passed: 120 tests, 2 skipped, no findings, 91.2 % of lines',
  ]);
  expect(waves).toMatchObject([[{ id: 'keep-evidence', says: 'keep the evidence with B' }]]);
  expect(planWithEvidence(scene, { ...plan, path: 'unchanged' }).waves).toEqual([]);
  expect(scene.evidence.evidence).toMatchObject({ file: '/tmp/e.json', head: (scene.chain as Evidence).head });
});
