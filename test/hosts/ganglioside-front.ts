import { setTimeout as sleep } from 'node:timers/promises';
import { demandEmpty, demandServes, done, seconds, verdicts } from './ganglioside-demands.ts';
import { laboratory, longestUpload } from './ganglioside-machine.ts';
import { ask, staysOpen } from './ganglioside-person.ts';
import { standards, type Ganglioside } from './ganglioside-site.ts';
import { demand, type Play } from './play.ts';

/** A first deploy. */
export const flow: Play<Ganglioside> = {
  name: 'G5: a first deploy logs in, uploads, polls, compares, hears progress, and removes all it made',
  play: async (site) => {
    const end = await site.start('Begin').ended;
    const release = done(end);
    await demandServes(site, release);
    const passed = verdicts(end);
    const steps = [
      'log in',
      'upload a table',
      'watch the analysis',
      'the worker completes the analysis',
      'its results are right',
      'remove the analysis',
      'log out',
    ];
    demand(
      steps.every((says) => passed.get(says) === true),
      () => `its checks: ${JSON.stringify([...passed])}`,
    );
    await demandEmpty(site);
    // each step is told when it is done, not only how it ended; and where there is nothing to tell, the WebSocket stays
    const person = await site.person();
    const { id } = await person.upload(standards, 20);
    const [messages] = await Promise.all([person.follow(id), staysOpen(site, '/ws/', 8000)]);
    const heard = messages.map(({ done: of }) => Number(of));
    demand(heard.join(' ').endsWith('1 2 3 4'), () => `its WebSocket told ${heard.join(', ')}`);
    await person.remove(id);
    await person.leave();
    return `${release}, ${passed.size} checks, ${seconds(end.ms)}; WebSocket: ${heard.join(', ')} of 4`;
  },
};

/** What stands before it, asked as people's browsers and programs would. */
export const front: Play<Ganglioside> = {
  name: 'G13: gzip to HEAD, 301, HSTS, frame header, CORS, too large an upload, a burst',
  play: async (site) => {
    const head = await ask(site, '/login/', { method: 'HEAD', headers: { 'accept-encoding': 'gzip' } });
    const found = ['content-encoding', 'strict-transport-security', 'x-frame-options'].map(
      (name) => head.headers[name],
    );
    demand(
      head.status === 200 && found.join('; ') === 'gzip; max-age=31536000; includeSubDomains; DENY',
      () => `HEAD: ${head.status} ${JSON.stringify(head.headers)}`,
    );
    const { status, headers } = await fetch(`${site.plain}/analyses/?a=b`, { redirect: 'manual' });
    const to = headers.get('location');
    demand(status === 301 && to === `${site.url}/analyses/?a=b`, () => `http: ${status} to ${to ?? ''}`);
    const allowed = async (origin: string): Promise<string | undefined> =>
      (await ask(site, '/health', { headers: { origin } })).headers['access-control-allow-origin'];
    const [ours, others] = [await allowed(laboratory), await allowed('https://elsewhere.example')];
    demand(ours === laboratory && others === undefined, () => `CORS: ${ours ?? ''}, ${others ?? ''}`);
    const person = await site.person();
    const { id } = await person.upload(standards.padEnd(longestUpload - 1000, '\n'), 0);
    await person.remove(id);
    await person.leave();
    const large = await ask(site, '/analyses/', { method: 'POST', body: Buffer.alloc(longestUpload + 1) });
    demand(large.status === 413, () => `too large an upload: ${large.status}`);
    const burst = await Promise.all(Array.from({ length: 40 }, async () => (await ask(site, '/login/')).status));
    const refused = burst.filter((code) => code === 429).length;
    demand(
      refused > 0 && refused < 40 && burst.every((code) => code === 200 || code === 429),
      () => `a burst gets ${burst.join(' ')}`,
    );
    await sleep(4000);
    const later = await ask(site, '/login/');
    demand(later.status === 200, () => `after the burst: ${later.status}`);
    return `${refused} of 40 at once got 429`;
  },
};
