import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { digestOf } from '../../test/lab/oci-image.ts';
import type { Question } from './ask.ts';
import { attached } from './artifacts.ts';
import { unreachable } from './faults.ts';
import { uploadBlob } from './upload.ts';

const signal = new AbortController().signal;
const clock = { now: () => 0, sleep: () => Promise.resolve() };
const url = new URL('https://registry.test/v2/app/');

const answer = (status: number, headers: Record<string, string> = {}, body = ''): never =>
  ({ status, headers, body: Readable.from([Buffer.from(body)]), url }) as never;

test('a registry that keeps what came of a request that broke off is sent only the rest', async () => {
  const bytes = Buffer.from('0123456789');
  const blob = { mediaType: 'x', digest: digestOf(bytes), size: bytes.length };
  const asked: string[] = [];
  const broken: number[] = [4, 7];
  let arrived = '';
  const ask = async (question: Question): Promise<never> => {
    const { method, at, headers = {}, body } = question;
    const place = typeof at === 'string' ? at : at.pathname + at.search;
    asked.push(
      `${method} ${place.replace(blob.digest, 'D').replace(encodeURIComponent(blob.digest), 'D')} ${headers['content-range'] ?? ''}`.trim(),
    );
    if (method === 'HEAD') return answer(404);
    if (method === 'POST') return answer(202, { location: '/up?s=0' });
    if (method === 'GET') return answer(204, { location: `/up?s=${arrived.length}`, range: `0-${arrived.length - 1}` });
    if (method === 'PUT') return answer(201);
    let sent = '';
    for await (const chunk of body?.() as Readable) sent += String(chunk);
    const whole = arrived + sent;
    const until = broken.shift();
    arrived = whole.slice(0, until);
    if (until !== undefined)
      throw unreachable(Object.assign(new Error('gone'), { code: 'ECONNRESET' }), 'registry.test');
    return answer(202, { location: `/up?s=${arrived.length}` });
  };
  await uploadBlob({ ask, clock, signal, read: (_, from = 0) => Readable.from([bytes.subarray(from)]) }, blob);
  expect(arrived).toBe('0123456789');
  expect(asked).toEqual([
    'POST blobs/uploads/',
    'PATCH /up?s=0',
    'HEAD blobs/D',
    'GET /up?s=0',
    'PATCH /up?s=4 4-9',
    'HEAD blobs/D',
    'GET /up?s=4',
    'PATCH /up?s=7 7-9',
    'PUT /up?s=10&digest=D',
  ]);
});

test('where there is a referrers API, it is asked, page for page', async () => {
  const index = 'application/vnd.oci.image.index.v1+json';
  const type = 'application/vnd.example+json';
  const content = Buffer.from('evidence');
  const subject = digestOf(Buffer.from('image'));
  const manifest = Buffer.from(
    JSON.stringify({
      artifactType: type,
      layers: [{ mediaType: type, digest: digestOf(content), size: content.length }],
      subject: { mediaType: index, digest: subject, size: 5 },
    }),
  );
  const entry = { mediaType: index, digest: digestOf(manifest), size: manifest.length, artifactType: type };
  const asked: string[] = [];
  const ask = ({ at }: Question): Promise<never> => {
    const place = typeof at === 'string' ? at : at.pathname + at.search;
    asked.push(place);
    const page = (manifests: readonly unknown[], headers = {}): never =>
      answer(200, { 'content-type': index, ...headers }, JSON.stringify({ manifests }));
    if (place.startsWith('referrers/')) return Promise.resolve(page([{ ...entry, artifactType: 'other' }], { link: '</v2/app/referrers/next?n=1>; rel="next"' })); // prettier-ignore
    if (place.startsWith('/v2/app/referrers/next')) return Promise.resolve(page([entry]));
    return Promise.resolve(
      place.startsWith('manifests/') ? answer(200, {}, manifest.toString()) : answer(200, {}, 'evidence'),
    );
  };
  const found = await attached({ ask, clock, signal, place: 'registry.test/app' }, subject, type);
  expect(found).toEqual([{ digest: entry.digest, artifactType: type, annotations: {}, bytes: content }]);
  expect(asked.slice(0, 2)).toEqual([`referrers/${subject}?artifactType=${encodeURIComponent(type)}`, '/v2/app/referrers/next?n=1']); // prettier-ignore
  // what says that it belongs to another image does not belong to this one
  expect(await attached({ ask, clock, signal, place: 'x' }, digestOf(Buffer.from('other')), type)).toEqual([]);
});

test.each([
  ['a list that is no JSON', '<html>sign in</html>', 'sign in'],
  ['a list of another form', '{"manifests":[{"digest":7}]}', 'digest'],
  ['a list without an end', ' '.repeat((4 << 20) + 1), ''],
])('%s is the registry’s fault, with what it said', async (_, body, said) => {
  const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
  const ask = (): Promise<never> => Promise.resolve(answer(200, headers, body));
  const of = { ask, clock, signal, place: 'registry.test/app' };
  const thrown = await attached(of, digestOf(Buffer.from('image')), 'x').catch((failure: unknown) => failure);
  expect(thrown).toMatchObject({ fault: { code: 'REGISTRY_UNREACHABLE' } });
  expect(JSON.stringify((thrown as { fault: unknown }).fault)).toContain(said);
});
