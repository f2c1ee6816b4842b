import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { Failure } from '#fault';
import { digestOf } from '../../test/lab/oci-image.ts';
import type { Question } from './ask.ts';
import { attached } from './artifacts.ts';
import { refused, unreachable } from './faults.ts';
import { uploadBlob, type Uploading } from './upload.ts';

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

/** A registry whose answers to what is taken up are given; PATCHes of a whole blob break off after so many bytes, while there are some. */
const scripted = (breaks: number[], taken: (question: Question) => Promise<never>, put = 201) => {
  const bytes = Buffer.from('0123456789');
  const blob = { mediaType: 'x', digest: digestOf(bytes), size: bytes.length };
  const asked: string[] = [];
  let arrived = '';
  let sessions = 0;
  const ask = async (question: Question): Promise<never> => {
    const { method, headers = {}, body } = question;
    const range = headers['content-range'];
    asked.push(`${method} ${range ?? ''}`.trim());
    if (asked.length > 200) throw new Error('without end');
    if (method === 'HEAD') return answer(404);
    if (method === 'POST') {
      arrived = '';
      return answer(202, { location: `/up?s=${(sessions += 1)}` });
    }
    if (method === 'GET') return arrived === '' ? answer(404) : answer(204, { range: `0-${arrived.length - 1}` });
    if (method === 'PUT') return answer(put);
    if (range !== undefined) return taken(question);
    for await (const chunk of body?.() as Readable) arrived += String(chunk);
    const until = breaks.shift();
    if (until === undefined) return answer(202);
    arrived = arrived.slice(0, until);
    throw lost();
  };
  const read: Uploading['read'] = (_, from = 0) => Readable.from([bytes.subarray(from)]);
  return { asked, blob, of: { ask, clock, signal, read }, arrived: () => arrived, forget: () => void (arrived = '') };
};

const lost = (): Failure => unreachable(Object.assign(new Error('gone'), { code: 'ECONNRESET' }), 'registry.test');
const refusing = (status: number) => (question: Question) => question.expects?.includes(status) === true ? Promise.resolve(answer(status)) : Promise.reject(refused('registry.test', undefined, `${status}`, [])); // prettier-ignore

test.each([400, 404, 405, 416])(
  'where the registry does not go on (%i), the blob is sent anew, whole',
  async (status) => {
    const { asked, blob, of, arrived } = scripted([4, 6], refusing(status));
    await uploadBlob(of, blob);
    expect(arrived()).toBe('0123456789');
    // and nothing is taken up any more, also not after it broke off once more
    expect(asked).toEqual([
      'POST',
      'PATCH',
      'HEAD',
      'GET',
      'PATCH 4-9',
      'POST',
      'PATCH',
      'HEAD',
      'POST',
      'PATCH',
      'PUT',
    ]);
  },
);

test('what else a registry says to what is taken up stands', async () => {
  const { asked, blob, of } = scripted([4], refusing(403));
  await expect(uploadBlob({ ...of }, blob)).rejects.toMatchObject({ fault: { code: 'REGISTRY_REFUSED' } });
  expect(asked).toEqual(['POST', 'PATCH', 'HEAD', 'GET', 'PATCH 4-9']);
});

test('a registry that loses what it had, again and again, is given up', async () => {
  const forgetful = scripted(Array<number>(150).fill(4), () => {
    forgetful.forget();
    return Promise.reject(lost());
  });
  await expect(uploadBlob(forgetful.of, forgetful.blob)).rejects.toMatchObject({
    fault: { code: 'REGISTRY_UNREACHABLE', what: expect.stringContaining('registry.test') },
  });
  const never = scripted(Array<number>(150).fill(4), refusing(416));
  await expect(uploadBlob(never.of, never.blob)).rejects.toMatchObject({ fault: { code: 'REGISTRY_UNREACHABLE' } });
});

test('a blob that was put together wrong of its parts is sent anew; one that is whole and wrong was changed', async () => {
  const scene = scripted([4], () => Promise.resolve(answer(202)));
  const ask = async (question: Question): Promise<never> => {
    const given = await scene.of.ask(question);
    return question.method === 'PUT' && scene.arrived().length < 10 ? answer(400) : given;
  };
  await uploadBlob({ ...scene.of, ask }, scene.blob);
  expect(scene.asked).toEqual(['POST', 'PATCH', 'HEAD', 'GET', 'PATCH 4-9', 'PUT', 'POST', 'PATCH', 'PUT']);
  const changed = scripted([], refusing(416), 400);
  await expect(uploadBlob(changed.of, changed.blob)).rejects.toMatchObject({ fault: { code: 'IMAGE_DIFFERS' } });
  expect(changed.asked).toEqual(['POST', 'PATCH', 'PUT']);
});

test('an upload of which one byte has come, or none, is begun anew: `0-0` says either', async () => {
  const { asked, blob, of, arrived } = scripted([1], refusing(500));
  await uploadBlob(of, blob);
  expect([arrived(), asked]).toEqual(['0123456789', ['POST', 'PATCH', 'HEAD', 'GET', 'POST', 'PATCH', 'PUT']]);
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
