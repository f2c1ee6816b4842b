import { verify, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import nock from 'nock';
import type { Bundle } from '#plan';
import { mockOidc, mockSigstore, requestToken, services } from '../../test/fakes/sigstore.ts';
import { folder, remove } from '../../test/lab/repository.ts';
import { signerOf } from './signer.ts';

const before = { ...process.env };
const temp = folder('signer');
const subject = { name: 'registry.test/o/r', digest: `sha256:${'b'.repeat(64)}` } as const;
let tokens: readonly string[];

/** A run of a repository, as the runner tells of it. The library reads the event once: one visibility a file of tests. */
beforeEach(() => {
  const event = join(temp, 'event.json');
  writeFileSync(event, JSON.stringify({ repository: { visibility: 'private', full_name: 'o/r' } }));
  Object.assign(process.env, {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${services.runner}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_EVENT_PATH: event,
  });
  nock.disableNetConnect();
  tokens = mockOidc();
});
afterEach(() => {
  nock.cleanAll();
  process.env = { ...before };
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
  remove(temp);
});

type Parts = {
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries?: readonly unknown[];
    readonly timestampVerificationData?: { readonly rfc3161Timestamps: readonly unknown[] };
  };
  readonly dsseEnvelope: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly { readonly sig: string }[];
  };
};

const bundleOf = async (ms?: number): Promise<Parts> => {
  const signed = await signerOf(process.env, ms).provenance(subject);
  if (!signed.ok) throw new Error(signed.why);
  return signed.value as Bundle & Parts;
};

describe('provenance', () => {
  test('names the digest and the run, and its signature fits its certificate', async () => {
    await mockSigstore();
    const printed = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { dsseEnvelope, verificationMaterial } = await bundleOf();
    const lines = printed.mock.calls.map(([text]) => String(text));
    printed.mockRestore();
    const payload = Buffer.from(dsseEnvelope.payload, 'base64');
    expect(JSON.parse(payload.toString('utf8'))).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'registry.test/o/r', digest: { sha256: 'b'.repeat(64) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          externalParameters: {
            workflow: { repository: 'https://github.com/o/r', path: '.github/workflows/ship.yml' },
          },
          resolvedDependencies: [{ digest: { gitCommit: 'a'.repeat(40) } }],
        },
        runDetails: { metadata: { invocationId: 'https://github.com/o/r/actions/runs/7/attempts/1' } },
      },
    });
    // github.com/secure-systems-lab/dsse: what is signed
    const { payloadType, signatures } = dsseEnvelope;
    const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]); // prettier-ignore
    const { publicKey } = new X509Certificate(Buffer.from(verificationMaterial.certificate.rawBytes, 'base64'));
    expect(verify('sha256', message, publicKey, Buffer.from(signatures[0]?.sig ?? '', 'base64'))).toBe(true);
    // of a private repository nothing stands in the public log
    expect(verificationMaterial.tlogEntries ?? []).toEqual([]);
    expect(verificationMaterial.timestampVerificationData?.rfc3161Timestamps).toHaveLength(1);
    // tokens of both audiences; the one that the library prints, it prints to have it masked
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    const open = lines.filter((line) => !line.startsWith('::add-mask::')).join('');
    for (const token of [...tokens, requestToken]) expect(open).not.toContain(token);
  });

  test.each([
    ['Fulcio refuses', 400, { ok: false, final: true, why: 'Sigstore’s authority (Fulcio) answered 400' }],
    ['Fulcio forbids', 403, { ok: false, final: true, why: 'Sigstore’s authority (Fulcio) answered 403' }],
  ])('%s: asking again is of no use, and nothing of its answer is shown', async (_, status, answer) => {
    nock(services.fulcio.private)
      .post('/api/v2/signingCert')
      .reply(status, { message: `no: ${requestToken}` });
    expect(await signerOf(process.env).provenance(subject)).toEqual(answer);
  });

  test('when the service does not answer in time: it may be tried again', async () => {
    const late = nock(services.fulcio.private).post('/api/v2/signingCert').delay(2000).reply(400);
    const answered = new Promise((resolve) => late.once('replied', resolve));
    const why = 'Sigstore did not answer within 0.3 s';
    expect(await signerOf(process.env, 300).provenance(subject)).toEqual({ ok: false, final: false, why });
    // nothing of it goes on in the suites that follow
    await answered;
    await sleep(50);
  });

  test('a token of another issuer is not used', async () => {
    nock.cleanAll();
    mockOidc({ iss: 'https://token.example.org' });
    const why =
      'GitHub gave the run no OIDC token that holds (Unexpected "iss" claim); the job needs `permissions: { id-token: write }`';
    expect(await signerOf(process.env).provenance(subject)).toEqual({ ok: false, final: false, why });
  });
});

test.each([
  [
    'no way to a token',
    { ACTIONS_ID_TOKEN_REQUEST_URL: '' },
    'the run has no OIDC token; the job needs `permissions: { id-token: write }`',
  ],
  [
    'no right to one',
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    'the run has no OIDC token; the job needs `permissions: { id-token: write }`',
  ],
  ['another server', { GITHUB_SERVER_URL: 'https://ghe.example.org' }, 'no Sigstore signs for https://ghe.example.org'],
])('%s: nobody is asked', async (_, over, why) => {
  const signer = signerOf({ ...process.env, ...over });
  expect(signer.lacks).toBe(why);
  expect(await signer.provenance(subject)).toEqual({ ok: false, final: true, why });
  expect(tokens).toEqual([]);
});
