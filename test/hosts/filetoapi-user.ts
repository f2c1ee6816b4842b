import { ask } from './ascai-client.ts';
import { demand } from './play.ts';

type Uploaded = { readonly id: number; readonly name: string; readonly text: string };

/** Somebody with an API key. */
export type User = {
  /** Uploads a table of two rows under a name of its own. */
  readonly upload: (name: string) => Promise<Uploaded>;
  /** All that was uploaded, read anew. Throws where a row of it is missing, or a dataset is there twice or not at all. */
  readonly all: () => Promise<readonly Uploaded[]>;
};

/** @param key one that is valid */
export const userOf = (url: string, key: string): User => {
  const uploads: Uploaded[] = [];
  const api = async (path: string, body?: FormData): Promise<unknown> => {
    const packed = body && new Response(body);
    const answer = await ask(`${url}/api/datasets/${path}`, {
      ...(packed === undefined ? {} : { method: 'POST', body: Buffer.from(await packed.arrayBuffer()) }),
      headers: { 'x-api-key': key, ...(packed && { 'content-type': packed.headers.get('content-type') ?? '' }) },
    });
    demand(answer.status === (body === undefined ? 200 : 201), () => `${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text);
  };
  return {
    upload: async (name) => {
      const text = `city,of\nRome,${name}\nLyon,${name}\n`;
      const form = new FormData();
      form.set('file', new Blob([text], { type: 'text/csv' }), name);
      const { id } = (await api('', form)) as { id: number };
      const uploaded = { id, name, text };
      uploads.push(uploaded);
      return uploaded;
    },
    all: async () => {
      const { datasets } = (await api('')) as { datasets: readonly { id: number; name: string }[] };
      const listed = datasets.map(({ id, name }) => `${id} ${name}`).join();
      const wanted = uploads.map(({ id, name }) => `${id} ${name}`).join();
      demand(listed === wanted, () => `there are ${listed}, uploaded were ${wanted}`);
      for (const { id, name } of uploads) {
        const { rows } = (await api(`${id}/`)) as { rows: readonly { city: string; of: string }[] };
        const cities = rows.map((row) => `${row.city} ${row.of}`).join();
        demand(cities === `Rome ${name},Lyon ${name}`, () => `${name} has the rows ${cities}`);
      }
      return uploads;
    },
  };
};
