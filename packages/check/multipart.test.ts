import { expect, test } from '@jest/globals';
import { multipart } from './multipart.ts';

test('a form is read back by the platform as it was meant, whatever stands in it', async () => {
  const hostile = 'a"\r\nContent-Type: evil\r\n\r\n';
  const bytes = Buffer.from([0, 13, 10, 255]);
  const { type, body } = multipart(
    [
      { field: 'text', content: Buffer.from('ü\r\n--no-boundary') },
      { field: hostile, content: Buffer.from('x') },
      { field: 'file', content: bytes, file: { name: hostile, type: 'text/csv\r\nX-Evil: 1' } },
    ],
    'boundary-1',
  );
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- for servers it is; here it is another reader
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  expect([...form.keys()]).toHaveLength(3);
  expect(form.get('text')).toBe('ü\r\n--no-boundary');
  const file = form.get('file');
  if (!(file instanceof File)) throw new Error('no file came');
  expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes);
  expect(body.toString('latin1')).not.toMatch(/^(Content-Type: evil|X-Evil)/m);
});
