import { readFileSync } from 'node:fs';
import type { Report, SocketSeen } from '#plan';
import { ask } from './ascai-client.ts';
import { names, path } from './ascai-machine.ts';
import type { AscaiSite } from './ascai-site.ts';
import { openSockets } from './ascai-sockets.ts';
import { demand, type Play } from './play.ts';

/** As many as A4 has. */
const clients = 20;

/** What becomes of those who are connected. */
export const sockets: Play<AscaiSite> = {
  name: `each of ${clients} WebSockets ends at the switch with a code that its client records, 1006, as the report says of the deploy's own; they come back, and all are on the new release within 5 s of its first greeting`,
  play: async (site) => {
    const live = (await site.state()).current;
    const open = openSockets(clients, site.url, site.authority);
    let release = '';
    let told: readonly SocketSeen[] = [];
    try {
      await open.greetedBy(live);
      const { outputs } = await site.deployed('Cut them off');
      release = outputs['release'] ?? '';
      told = (JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as Report).sockets ?? [];
      await open.greetedBy(release);
    } catch (thrown) {
      open.end();
      throw thrown;
    }
    const followed = open.end();
    const first = Math.min(...followed.map(({ greeted }) => greeted.at(-1) ?? Infinity));
    const wrong = followed.filter(
      ({ codes, releases, greeted }) =>
        codes.join() !== '1006' || releases.join() !== `${live},${release}` || (greeted.at(-1) ?? 0) > first + 5000,
    );
    demand(wrong.length === 0, () => `${wrong.length}: ${JSON.stringify(wrong[0])}`);
    // the deploy's own, of the WebSocket that its checks name
    const [own] = told;
    demand(
      told.length === 1 &&
        own?.measured === true &&
        own.ends.map(({ code }) => code).join() === '1006' &&
        own.back !== undefined,
      () => `the report says ${JSON.stringify(told)}`,
    );
    const longest = Math.max(...followed.flatMap(({ gone }) => gone));
    return `${followed.length} times 1006, the longest gone for ${longest.toFixed(0)} ms`;
  },
};

const megabyte = 1024 * 1024;

/** A file as a form sends it: the whole body has so many bytes. */
const upload = (bytes: number): { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer } => {
  const head = '--part\r\nContent-Disposition: form-data; name="file"; filename="large.pdf"\r\n\r\n';
  const tail = '\r\n--part--\r\n';
  const body = Buffer.alloc(bytes, '%PDF-');
  body.write(head, 0);
  body.write(tail, bytes - tail.length);
  return { headers: { 'content-type': 'multipart/form-data; boundary=part' }, body };
};

/** The same, asked by smoke-test, as a team would have it asked on a schedule; what is too large to ask each time is left out. */
const checks = (plain: string, asset: string): string => {
  const careful = `{ Strict-Transport-Security: "max-age=31536000; includeSubDomains; preload", X-Content-Type-Options: nosniff, X-Frame-Options: DENY }`;
  return `
- { name: http leads to https, get: "${plain}/soci?a=b", headers: { Host: ${names[0]} }, status: 301, redirect: "https://${names[0]}/soci?a=b" }
- { name: pages are careful, get: /, headers: { Host: ${names[0]} }, response-headers: ${careful} }
- { name: static files are careful, get: ${asset}, headers: { Host: ${names[0]} }, response-headers: ${careful} }
- { name: the environment is nobody’s, get: /.env, status: 403 }
- { name: whom to tell is told, get: /.well-known/security.txt, contains: "Expires: " }
`;
};

/** What the web server in front of it does: the application must not undo it. */
export const a10: Play<AscaiSite> = {
  name: 'A10: via nginx 301 to https; HSTS, nosniff, DENY on / and /static/; 50 MB passes, 51 MB is 413; /.env denied; security.txt 200, not expired',
  play: async (site) => {
    const { host, authority: ca } = site;
    const [plain, tls] = [`http://127.0.0.1:${host.webPort}`, `https://127.0.0.1:${host.tlsPort}`];
    const [name] = names;
    for (const one of names) {
      const { status, headers } = await ask(`${plain}/soci?a=b`, { name: one });
      const to = headers.location ?? '';
      demand(status === 301 && to === `https://${name}/soci?a=b`, () => `http://${one}: ${status} to ${to}`);
    }
    const page = await ask(`${tls}/`, { name, ca });
    const asset = /href="(\/static\/[^"]+)"/.exec(page.text)?.[1] ?? '';
    for (const [at, { status, headers }] of [
      ['/', page],
      [asset, await ask(`${tls}${asset}`, { name, ca })],
    ] as const) {
      const hsts = headers['strict-transport-security'] ?? '';
      demand(
        status === 200 &&
          /^max-age=31536000; includeSubDomains; preload$/.test(hsts) &&
          headers['x-content-type-options'] === 'nosniff' &&
          headers['x-frame-options'] === 'DENY',
        () => `${at}: ${status} ${JSON.stringify(headers)}`,
      );
    }
    const kept = await ask(`${tls}/documents/`, { name, ca, method: 'POST', ...upload(50 * megabyte) });
    demand(kept.status === 201, () => `50 MB: ${kept.status} ${kept.text}`);
    // told in advance, as browsers do: it is refused before any of it is sent
    const headers = { 'content-length': String(51 * megabyte) };
    const refused = await ask(`${tls}/documents/`, { name, ca, method: 'POST', headers });
    demand(refused.status === 413, () => `51 MB: ${refused.status}`);
    const env = await ask(`${tls}/.env`, { name, ca });
    demand(env.status === 403, () => `/.env: ${env.status}`);
    const { status, text } = await ask(`${tls}/.well-known/security.txt`, { name, ca });
    const expires = Date.parse(/^Expires: (\S+)$/m.exec(text)?.[1] ?? '');
    demand(status === 200 && expires > Date.now(), () => `security.txt: ${status} ${text}`);
    const job = site.job();
    const smoke = await job.uses('smoke-test', { inputs: { ...site.access, checks: checks(plain, asset) } });
    await job.finish();
    demand(
      smoke?.outputs['result'] === 'done' && smoke.outputs['passed'] === '5',
      () => smoke?.log.slice(-15).join('\n') ?? 'no smoke test',
    );
    return `${asset} has them too; 50 MB are ${(JSON.parse(kept.text) as { url: string }).url}`;
  },
};

/** What A10 has left behind, after a release or two. */
export const outlives: Play<AscaiSite> = {
  name: 'an upload and the scheduler’s memory outlive the release in which they began',
  play: async ({ host, base, url, authority: ca }) => {
    const { status, headers } = await ask(`${url}/media/large.pdf`, { ca, method: 'HEAD' });
    demand(status === 200, () => `/media/large.pdf: ${status}`);
    const schedule = (await host.exec(`cd ${base}; ls shared/beat; readlink current/beat`, 'deploy'))
      .trim()
      .split('\n');
    demand(
      schedule.some((file) => file.startsWith('schedule')) && schedule.at(-1)?.endsWith('/shared/beat') === true,
      () => schedule.join(', '),
    );
    await host.exec(`rm ${path}/media/large.pdf`, 'deploy');
    return `${headers['content-length'] ?? ''} bytes; ${schedule.join(', ')}`;
  },
};
