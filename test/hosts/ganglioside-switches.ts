import { setTimeout as sleep } from 'node:timers/promises';
import { demandEmpty, demandServes, done, seconds, undone, verdicts } from './ganglioside-demands.ts';
import { ask } from './ganglioside-person.ts';
import { standards, type Ganglioside } from './ganglioside-site.ts';
import { demand, type Play } from './play.ts';

export const hangs: Play<Ganglioside> = {
  name: 'G6: with a worker that never starts /health is ok; the checks name the worker, and the release is reverted',
  play: async (site) => {
    const live = await site.live();
    const end = await site.start('Let the worker hang', { GANGLIOSIDE_WORKER_HANGS: '1' }).ended;
    const { code } = undone(end);
    demand(code === 'CHECK_FAILED', () => `the fault is ${code}`);
    const passed = verdicts(end);
    const red = [...passed].filter(([, ok]) => !ok).map(([says]) => says);
    demand(passed.get('the site answers') === true, () => '/health was not ok');
    demand(red[0] === 'the worker answers', () => `what failed first: ${red.join(', ')}`);
    const named = end.annotations.some(({ message }) => message.includes('the worker answers'));
    demand(named, () => `annotations: ${end.annotations.map(({ message }) => message).join('; ')}`);
    await demandServes(site, live);
    await demandEmpty(site);
    return `${live} serves again after ${seconds(end.ms)}; failed: ${red.join(', ')}`;
  },
};

export const dies: Play<Ganglioside> = {
  name: 'a worker that ends when it starts is named, and the release is reverted',
  play: async (site) => {
    const live = await site.live();
    const end = await site.start('Let the worker die', { GANGLIOSIDE_WORKER_DIES: '1' }).ended;
    // who sees it depends on how long it lives: the switch, or the checks after it
    const { code, said } = undone(end);
    demand(said.join('\n').includes('worker'), () => `${code} says: ${said.join('; ')}`);
    await demandServes(site, live);
    return `${code}; ${live} serves again after ${seconds(end.ms)}`;
  },
};

export const drained: Play<Ganglioside> = {
  name: 'G7: a 60 s analysis that runs at the switch ends once, with its result, and none stays running',
  play: async (site) => {
    const before = await site.live();
    const person = await site.person();
    // between the opening and the switch: the preparation may take longer than the analysis
    const deploying = await site.hold('Switch while it runs');
    const { id } = await person.upload(standards, 60);
    deploying.goOn();
    // the web is on the new release long before the worker is
    let web = before;
    let during = await person.standing(id);
    const ends = deploying.ended.then(done);
    const over = ends.then(
      () => true,
      () => true,
    );
    while (web === before && !(await Promise.race([over, sleep(500, false)]))) {
      web = await ask(site, '/version').then(
        ({ status, body }) => (status === 200 ? body.trim() : web),
        () => web,
      );
      if (web !== before) during = await person.standing(id);
    }
    const release = await ends;
    demand(web === release, () => `the web told ${web} while the deploy went on, not ${release}`);
    demand(during.status === 'running', () => `at the switch the analysis was ${during.status}`);
    const { status, runs, release: by } = await person.standing(id);
    const rows = await person.rows(id);
    demand(
      status === 'completed' && runs === 1 && by === before && Array.isArray(rows) && rows.length === 3,
      () => `the analysis is ${status} after ${runs} runs, by ${by}: ${JSON.stringify(rows)}`,
    );
    const standing = await site.query("SELECT count(*) FROM analyses_analysis WHERE status <> 'completed';");
    demand(standing.trim() === '0', () => `${standing.trim()} analyses are not completed`);
    await person.remove(id);
    await person.leave();
    return `${before} ended it, ${release} serves`;
  },
};
