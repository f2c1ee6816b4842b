import { setTimeout as sleep } from 'node:timers/promises';
import { markOf } from '../kill/host.ts';
import { ask, type Answer, type Front } from './ganglioside-person.ts';
import { demand } from './play.ts';
import type { Site } from './site.ts';

/** A host with nginx before an application that says at `/version` which release it is. */
type Fronted = Front & Pick<Site, 'host' | 'base'>;

/** The names of two units: the user's own that recovers, and the system's by which nginx waits for it. */
export const bootUnits = ({ base }: Pick<Site, 'base'>) =>
  ({
    recovery: `landfall-recover-${markOf(base)}.service`,
    waits: `landfall-before-nginx-${markOf(base)}.service`,
  }) as const;

/** What is so of the user's own unit that recovers. */
export const recoveryShows = async (site: Fronted, property: string): Promise<string> => {
  const show = `systemctl --user show --value --property=${property} ${bootUnits(site).recovery}`;
  return (await site.host.exec(`XDG_RUNTIME_DIR=/run/user/$(id -u) ${show}`, 'deploy')).trim();
};

/** What nginx of a host that is down answers first when it is started; asked again and again until then. */
export const firstAnswer = async (front: Front): Promise<Answer> => {
  const until = performance.now() + 240_000;
  for (;;) {
    const answer = await ask(front, '/version').catch(() => undefined);
    if (answer !== undefined) return answer;
    demand(performance.now() < until, () => 'nginx answers nothing 240 s after the boot');
    await sleep(20);
  }
};

/** Starts a host that is down: nginx begins when the recovery is done, by systemd's own clock, and the first that it answers is of this release. */
export const startsBehind = async (site: Fronted, release: string): Promise<Answer> => {
  const [answer] = await Promise.all([firstAnswer(site), site.host.start()]);
  demand(
    answer.status === 200 && answer.body.trim() === release,
    () => `the first answer: ${answer.status} ${answer.body}`,
  );
  const recovered = Number(await recoveryShows(site, 'ActiveEnterTimestampMonotonic'));
  const show = 'systemctl show --value --property=InactiveExitTimestampMonotonic nginx';
  const began = Number(await site.host.exec(show));
  demand(recovered > 0 && began > recovered, () => `the recovery was done at ${recovered} us, nginx began at ${began}`);
  return answer;
};
