import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { mockFulcio, mockRekor, mockTSA } from '@sigstore/mock';
import nock from 'nock';

/** As the library derives them from `https://github.com`. */
export const services = {
  issuer: 'https://token.actions.githubusercontent.com',
  runner: 'https://pipelines.test',
  fulcio: { public: 'https://fulcio.sigstore.dev', private: 'https://fulcio.githubapp.com' },
  rekor: 'https://rekor.sigstore.dev',
  timestamps: 'https://timestamp.githubapp.com',
} as const;

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What GitHub says of a run: docs.github.com/actions/reference/security/oidc#oidc-token-claims */
const claims = {
  iss: services.issuer,
  sub: 'repo:o/r:ref:refs/heads/main',
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  repository: 'o/r',
  event_name: 'push',
  job_workflow_ref: 'o/r/.github/workflows/ship.yml@refs/heads/main',
  workflow_ref: 'o/r/.github/workflows/ship.yml@refs/heads/main',
  repository_id: '1',
  repository_owner_id: '2',
  runner_environment: 'github-hosted',
  run_id: '7',
  run_attempt: '1',
};

/** The secret by which a job asks for tokens. */
export const requestToken = 'request-geheim-4711';

/**
 * GitHub's OIDC service: gives signed tokens for the audience that is asked for, to who has the request token; and the key that they are
 * checked by. In this process, by nock. Gives the tokens that it has given.
 */
export const mockOidc = (over: Readonly<Record<string, string>> = {}): readonly string[] => {
  const given: string[] = [];
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk: JsonWebKey = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('hex');
  nock(services.runner)
    .persist()
    .get('/token')
    .query(({ audience }) => typeof audience === 'string' && audience !== '')
    .reply(function answer(uri) {
      const { authorization } = this.req.headers;
      if (String(authorization) !== `Bearer ${requestToken}`) return [403, { message: 'not this job' }];
      const now = Math.floor(Date.now() / 1000);
      const aud = new URL(uri, services.runner).searchParams.get('audience');
      const body = `${base64url({ alg: 'RS256', typ: 'JWT', kid })}.${base64url({ ...claims, aud, iat: now, nbf: now - 5, exp: now + 300, ...over })}`;
      const token = `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
      given.push(token);
      return [200, { value: token }, { 'content-type': 'application/json' }];
    });
  nock(services.issuer)
    .persist()
    .get('/.well-known/openid-configuration')
    .reply(200, { issuer: services.issuer, jwks_uri: `${services.issuer}/.well-known/jwks` })
    .get('/.well-known/jwks')
    .reply(200, { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] });
  return given;
};

/** Both of the Sigstores that GitHub signs with, each for one signature, in this process. */
export const mockSigstore = async (): Promise<void> => {
  await mockFulcio({ baseURL: services.fulcio.public });
  await mockRekor({ baseURL: services.rekor });
  await mockFulcio({ baseURL: services.fulcio.private });
  await mockTSA({ baseURL: services.timestamps });
};
