import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { mockOidc, mockSigstore, requestToken, services } from '../../test/fakes/sigstore.ts';
import { folder, remove } from '../../test/lab/repository.ts';
import { signerOf } from './signer.ts';

// apart from signer.test.ts, for the library reads the event once
const before = { ...process.env };
const temp = folder('signer');
afterAll(() => {
  process.env = before;
  nock.restore();
  remove(temp);
});

test('provenance of a public repository stands in the public log', async () => {
  const event = join(temp, 'event.json');
  writeFileSync(event, JSON.stringify({ repository: { visibility: 'public', full_name: 'o/r' } }));
  Object.assign(process.env, {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${services.runner}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_EVENT_PATH: event,
  });
  nock.disableNetConnect();
  mockOidc();
  await mockSigstore();
  const digest = `sha256:${'b'.repeat(64)}` as const;
  expect(await signerOf(process.env).provenance({ name: 'registry.test/o/r', digest })).toMatchObject({
    ok: true,
    value: { verificationMaterial: { tlogEntries: [{ kindVersion: { kind: 'dsse' } }] } },
  });
});
