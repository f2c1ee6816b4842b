import { describe, expect, test } from '@jest/globals';
import { timeline } from '#plan';
import type { Answer, Bundle, GitHub, Signer } from '#plan';
import { imageStage } from '../../test/fakes/image-stage.ts';
import { fakeClock } from '../../test/fakes/scene.ts';
import { attest, attestationThere, attesting } from './attest-image.ts';
import type { Attesting } from './attest-image.ts';
import type { Work } from './image-work.ts';
import { noEvidence } from './scene.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;
const bundle: Bundle = { mediaType: 'x', verificationMaterial: {}, dsseEnvelope: {} };
const able: Signer = { lacks: undefined, provenance: () => Promise.resolve({ ok: true, value: bundle }) };
const unable: Signer = { ...able, lacks: 'the run has no OIDC token' };
const no = (why: string, final = true): Answer<never> => ({ ok: false, final, why });

describe('whether an image is attested', () => {
  const asked = (
    attest: 'auto' | 'true' | 'false',
    given: { signer?: Signer; fork?: string; pushes?: boolean; reviewed?: boolean } = {},
  ) => {
    const { signer = able, fork, pushes = true, reviewed = false } = given;
    const { context } = imageStage('/').stage;
    const stage = { signer, context: { ...context, ...(fork === undefined ? {} : { fork }) } };
    return attesting(stage, { attest }, { pushes, reviewed });
  };

  test('`false`: no; else where it can be', () => {
    expect(asked('false')).toBeUndefined();
    expect(asked('auto')).toEqual({ must: false, lacks: undefined });
    expect(asked('true')).toEqual({ must: true, lacks: undefined });
  });

  test.each([
    ['without a token', { signer: unable }, 'the run has no OIDC token'],
    ['nothing is pushed', { pushes: false }, 'nothing is pushed'],
    ['a pull request', { reviewed: true, pushes: true }, 'the run is about a change that is not merged yet'],
    ['a fork', { reviewed: true, fork: 'x/r' }, 'the run is about commits of x/r, a fork'],
  ])('%s: `auto` knows why, `true` is refused before anything is done', (_, given, lacks) => {
    expect(asked('auto', given)).toEqual({ must: false, lacks });
    expect(() => asked('true', given)).toThrow(`ATTEST_FAILED: \`attest: true\`, and the image cannot be attested: ${lacks}`); // prettier-ignore
  });
});

/** A run of it; what it was asked to keep and to look up is gathered. */
const work = (wanted: Attesting | undefined, github: Partial<GitHub> = {}, signer = able) => {
  const { stage } = imageStage('/');
  const subjects: unknown[] = [];
  const kept: unknown[] = [];
  const looked: string[] = [];
  const evidence = noEvidence();
  const of = {
    stage: {
      ...stage,
      signer: {
        ...signer,
        provenance: (subject: Parameters<Signer['provenance']>[0]) => {
          subjects.push(subject);
          return signer.provenance(subject);
        },
      },
      github: {
        ...stage.github,
        keepAttestation: (given: Bundle) => {
          kept.push(given);
          return Promise.resolve({ ok: true, value: '42' });
        },
        attested: (about: string) => {
          looked.push(about);
          return Promise.resolve({ ok: true, value: true });
        },
        ...github,
      },
    },
    wanted: { attesting: wanted },
    registry: { name: { registry: 'registry.test', repository: 'team/app' } },
    timeline: timeline({ clock: fakeClock(), show: () => undefined }),
    evidence,
  } as unknown as Work;
  return { of, subjects, kept, looked, notes: () => evidence.notes };
};
const may: Attesting = { must: false, lacks: undefined };
const must: Attesting = { must: true, lacks: undefined };

describe('an image that this run has built', () => {
  test('is attested under its name and digest, and the page is told', async () => {
    const { of, subjects, kept, looked, notes } = work(may);
    expect(await attest(of, { digest })).toEqual({ url: 'https://github.test/team/app/attestations/42' });
    expect([subjects, kept, looked, notes()]).toEqual([[{ name: 'registry.test/team/app', digest }], [bundle], [], []]);
  });

  test('is not, where it was told so, or the run cannot: nobody is asked', async () => {
    const [off, unfit] = [work(undefined), work({ must: false, lacks: 'nothing is pushed' })];
    expect([await attest(off.of, { digest }), await attest(unfit.of, { digest })]).toEqual([undefined, undefined]);
    expect([off.notes(), off.subjects, unfit.subjects]).toEqual([[], [], []]);
    expect(unfit.notes()).toEqual([{ kind: 'info', text: 'the image is not attested: nothing is pushed' }]);
  });

  const why = 'GitHub answered 403; the job needs `permissions: { attestations: write }`';
  test('`auto`: what is refused is a note, what fails for now a warning', async () => {
    const refused = work(may, { keepAttestation: () => Promise.resolve(no(why)) });
    expect(await attest(refused.of, { digest })).toBeUndefined();
    expect(refused.notes()).toEqual([{ kind: 'info', text: `the image is not attested: ${why}` }]);
    const failing = work(may, {}, { ...able, provenance: () => Promise.resolve(no('Sigstore answered 503', false)) });
    expect(await attest(failing.of, { digest })).toBeUndefined();
    expect(failing.notes()).toEqual([{ kind: 'warning', text: 'the image is not attested: Sigstore answered 503' }]);
    expect(failing.kept).toEqual([]);
  });

  test('`true`: the step fails, says which right is missing, and that the image stays', async () => {
    const { of } = work(must, { keepAttestation: () => Promise.resolve(no(why)) });
    await expect(attest(of, { digest })).rejects.toMatchObject({
      fault: {
        code: 'ATTEST_FAILED',
        what: `registry.test/team/app@${digest} was pushed, and could not be attested: ${why}`,
        next: expect.stringContaining('The image stays in the registry under its digest') as unknown,
      },
    });
  });
});

describe('an image that was found', () => {
  test('is attested if GitHub keeps one, and never anew', async () => {
    const { of, looked, subjects, notes } = work(may);
    expect(await attestationThere(of, digest)).toEqual({});
    expect([looked, subjects, notes()]).toEqual([[digest], [], []]);
  });

  test('is not, where there is none, or GitHub does not say: a note', async () => {
    const none = work(may, { attested: () => Promise.resolve({ ok: true, value: false }) });
    expect(await attestationThere(none.of, digest)).toBeUndefined();
    expect([none.subjects, none.notes()[0]?.text]).toEqual([[], expect.stringContaining('`build: always` builds anew')]); // prettier-ignore
    const silent = work(may, { attested: () => Promise.resolve(no('GitHub gave no answer', false)) });
    expect(await attestationThere(silent.of, digest)).toBeUndefined();
    expect(silent.notes()).toEqual([{ kind: 'info', text: 'the image is not attested: GitHub gave no answer' }]);
  });

  test('`true`, and GitHub does not say: the step fails', async () => {
    const { of } = work(must, { attested: () => Promise.resolve(no('GitHub answered 403')) });
    await expect(attestationThere(of, digest)).rejects.toThrow(/^ATTEST_FAILED: .* GitHub answered 403$/);
  });

  test('told not to: GitHub is not asked', async () => {
    const { of, looked } = work(undefined);
    expect([await attestationThere(of, digest), looked]).toEqual([undefined, []]);
  });
});
