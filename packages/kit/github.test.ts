import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { githubServer } from '../../test/fakes/github-server.ts';
import type { GitHubServer } from '../../test/fakes/github-server.ts';
import { githubOf } from './github.ts';

const context = { repository: 'o/r' };
const token = 'ghs_0123456789abcdef';
let server: GitHubServer;
const asked = (bearer: string | undefined = token) => githubOf({ token: bearer, context });

beforeAll(async () => {
  server = await githubServer('o/r', token);
  // the library reads it once, when it is loaded
  process.env['GITHUB_API_URL'] = server.url;
});
afterEach(() => {
  server.fail(0);
  server.rights.set('actions', 'read').set('deployments', 'write').set('security-events', 'write');
  server.codeScanning(true);
  server.attesting(true);
  server.rights.set('attestations', 'write');
});
afterAll(() => server.close());

describe('a run', () => {
  test('is told as GitHub knows it', async () => {
    server.runs.set('9', { status: 'completed', conclusion: 'cancelled', run_attempt: 2 });
    const value = { id: '9', repository: 'o/r', attempt: 2, status: 'completed', conclusion: 'cancelled' };
    expect(await asked().run('9')).toEqual({ ok: true, value });
    server.runs.set('10', { status: 'in_progress', conclusion: null, run_attempt: 1 });
    expect(await asked().run('10')).toMatchObject({ value: { status: 'in_progress', conclusion: '' } });
  });

  test.each([
    ['the right is missing', 403, () => void server.rights.delete('actions')],
    ['GitHub does not know the run', 404, () => undefined],
    [
      'the token is no good',
      401,
      () => {
        server.fail(401);
      },
    ],
  ])('when %s: what would help is said, and that asking again would not', async (_, status, so) => {
    so();
    const why = `GitHub answered ${status}; the job needs \`permissions: { actions: read }\``;
    expect(await asked().run('404')).toEqual({ ok: false, final: true, why });
  });

  test('without a token: GitHub is not asked', async () => {
    const before = server.requests.length;
    expect(await githubOf({ token: undefined, context }).run('9')).toMatchObject({
      ok: false,
      final: true,
      why: expect.stringContaining('github-token is empty') as unknown,
    });
    expect(server.requests).toHaveLength(before);
  });

  test.each([500, 502, 429])('when GitHub answers %d: it may be asked again', async (status) => {
    server.fail(status);
    expect(await asked().run('9')).toMatchObject({ ok: false, final: false });
  });
});

describe('who approved a run', () => {
  const environment = (name: string) => ({ id: 1, name, updated_at: '2026-01-01T00:00:00Z' });
  const review = { environments: [environment('production')], state: 'approved', comment: '' } as const;

  test('is told by environment; who refused, or only wrote a word, is not', async () => {
    server.runs.set('11', { status: 'in_progress' });
    const [ada, bob] = [
      { login: 'ada', id: 1 },
      { login: 'bob', id: 2 },
    ];
    server.reviews.set('11', [
      { ...review, user: bob, state: 'rejected' },
      { ...review, user: bob, state: 'pending' },
      { ...review, user: ada, environments: [environment('eu'), environment('us')] },
      { ...review, user: null },
    ]);
    expect(await asked().approvals('11')).toEqual({
      ok: true,
      value: [
        { environment: 'eu', by: 'ada' },
        { environment: 'us', by: 'ada' },
        { environment: 'production', by: '' },
      ],
    });
    expect(server.requests.at(-1)).toBe('GET /repos/o/r/actions/runs/11/approvals');
  });

  test('is nobody where nobody was asked, and not known without the right', async () => {
    server.runs.set('12', { status: 'in_progress' });
    expect(await asked().approvals('12')).toEqual({ ok: true, value: [] });
    server.rights.delete('actions');
    const why = 'GitHub answered 403; the job needs `permissions: { actions: read }`';
    expect(await asked().approvals('12')).toEqual({ ok: false, final: true, why });
  });
});

describe('a deployment', () => {
  test('is made, told of, and found again', async () => {
    const ref = 'a'.repeat(40);
    const made = await asked().deploy({ environment: 'production', ref, payload: { landfall: { run: '7' } } });
    const id = made.ok ? made.value : 0;
    const said = await asked().say(id, {
      state: 'success',
      description: 'é'.repeat(140),
      logUrl: 'https://github.com/o/r/actions/runs/7',
      url: 'https://example.org',
    });
    expect(said).toEqual({ ok: true, value: undefined });
    expect(server.deployments.at(-1)?.fields).toEqual({
      ref,
      environment: 'production',
      payload: { landfall: { run: '7' } },
      auto_merge: false,
      required_contexts: [],
    });
    expect(await asked().deployments('production')).toMatchObject({
      value: [{ id, sha: ref, state: 'success', logUrl: 'https://github.com/o/r/actions/runs/7' }],
    });
    expect(await asked().deployments('staging')).toEqual({ ok: true, value: [] });
  });

  test('is refused without the right, or with a description that is too long', async () => {
    const status = { state: 'failure', description: 'x'.repeat(141), logUrl: 'https://example.org' } as const;
    const { id = 0 } = server.deployments.at(-1) ?? {};
    expect(await asked().say(id, status)).toEqual({ ok: false, final: true, why: 'GitHub answered 422' });
    server.rights.set('deployments', 'read');
    const why = 'GitHub answered 403; the job needs `permissions: { deployments: write }`';
    expect(await asked().say(id, { ...status, description: 'x' })).toEqual({ ok: false, final: true, why });
  });
});

describe('findings', () => {
  const sarif = JSON.stringify({ version: '2.1.0', runs: [] });
  const given = {
    sarif,
    commit: 'a'.repeat(40),
    ref: 'refs/pull/7/merge',
    workspace: '/home/runner/work/my app',
    startedAt: '2026-01-02T03:04:05.000Z',
  };

  test('go to code scanning as its contract wants them', async () => {
    expect(await asked().uploadSarif(given)).toEqual({ ok: true, value: 'sarif-1' });
    expect(server.sarifs).toEqual([
      {
        commit_sha: 'a'.repeat(40),
        ref: 'refs/pull/7/merge',
        sarif: { version: '2.1.0', runs: [] },
        checkout_uri: 'file:///home/runner/work/my%20app',
        started_at: '2026-01-02T03:04:05.000Z',
        tool_name: 'Landfall',
      },
    ]);
  });

  const needed = 'the job needs `permissions: { security-events: write }`, and the repository code scanning';
  test('are refused without the right, without code scanning, without a token, and when they are too many', async () => {
    server.rights.set('security-events', 'read');
    const refused = { ok: false, final: true, why: `GitHub answered 403; ${needed}` };
    expect(await asked().uploadSarif(given)).toEqual(refused);
    server.rights.set('security-events', 'write');
    server.codeScanning(false);
    expect(await asked().uploadSarif(given)).toEqual(refused);
    expect(await githubOf({ token: undefined, context }).uploadSarif(given)).toEqual({
      ok: false,
      final: true,
      why: `the input github-token is empty; ${needed}`,
    });
    const large = randomBytes(11_000_000).toString('base64');
    expect(await asked().uploadSarif({ ...given, sarif: large })).toMatchObject({
      final: true,
      why: expect.stringMatching(/^the file has \d+ bytes packed: GitHub takes 10 MB$/) as unknown,
    });
  });

  test.each([
    ['a ref that is none', { ref: 'main' }, 422],
    ['a commit that is none', { commit: 'abc' }, 422],
    ['no SARIF', { sarif: '{}' }, 400],
  ])('%s is refused by GitHub', async (_, odd, status) => {
    expect(await asked().uploadSarif({ ...given, ...odd })).toMatchObject({
      final: true,
      why: `GitHub answered ${status}`,
    });
  });
});

describe('an attestation', () => {
  const digest = `sha256:${'a'.repeat(64)}` as const;
  const bundleOf = (predicateType: string) => ({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {},
    dsseEnvelope: {
      payload: Buffer.from(
        JSON.stringify({ subject: [{ name: 'x', digest: { sha256: 'a'.repeat(64) } }], predicateType, predicate: {} }),
      ).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'eA==', keyid: '' }],
    },
  });

  test('is kept, and found again by its digest; one of another kind is none', async () => {
    expect(await asked().attested(digest)).toEqual({ ok: true, value: false });
    expect(await asked().keepAttestation(bundleOf('https://spdx.dev/Document'))).toEqual({ ok: true, value: '8000' });
    expect(await asked().attested(digest)).toEqual({ ok: true, value: false });
    const bundle = bundleOf('https://slsa.dev/provenance/v1');
    expect(await asked().keepAttestation(bundle)).toEqual({ ok: true, value: '8001' });
    expect(server.attestations.at(-1)?.bundle).toEqual(bundle);
    expect(await asked().attested(digest)).toEqual({ ok: true, value: true });
  });

  const needed = 'the job needs `permissions: { attestations: write }`, and the repository a plan with attestations';
  test('is refused without the right, without the plan, without a token, and when it is none', async () => {
    const bundle = bundleOf('https://slsa.dev/provenance/v1');
    server.attesting(false);
    const refused = { ok: false, final: true, why: `GitHub answered 403; ${needed}` };
    expect(await asked().keepAttestation(bundle)).toEqual(refused);
    server.attesting(true);
    server.rights.set('attestations', 'read');
    expect(await asked().keepAttestation(bundle)).toEqual(refused);
    server.rights.delete('attestations');
    const why = 'GitHub answered 403; the job needs `permissions: { attestations: read }`';
    expect(await asked().attested(digest)).toEqual({ ok: false, final: true, why });
    server.rights.set('attestations', 'write');
    expect(await githubOf({ token: undefined, context }).keepAttestation(bundle)).toEqual({
      ok: false,
      final: true,
      why: `the input github-token is empty; ${needed}`,
    });
    const odd = { ...bundle, mediaType: 'text/plain' };
    expect(await asked().keepAttestation(odd)).toEqual({ ok: false, final: true, why: 'GitHub answered 422' });
    server.fail(502);
    expect(await asked().keepAttestation(bundle)).toMatchObject({ final: false, why: 'GitHub answered 502' });
  });
});
