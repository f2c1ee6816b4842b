import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import type { AscaiClient } from './ascai-client.ts';
import { prepareAscai, type AscaiHost } from './ascai-host.ts';
import { demand, playIn, type Play } from './play.ts';

/** Each process names this release. */
export const everywhere = async (place: Pick<AscaiClient, 'releases'>, release: string): Promise<string> => {
  const named = await place.releases();
  const line = Object.entries(named)
    .map(([process, found]) => `${process} ${found}`)
    .join(', ');
  demand(
    Object.values(named).every((found) => found === release),
    () => line,
  );
  return line;
};

const plays: readonly Play<AscaiHost>[] = [
  {
    name: 'its own tests pass, on this host’s PostgreSQL and Redis',
    play: async ({ host }) => {
      const said = await host.exec('cd /srv/ascai && venv/bin/python manage.py test --noinput 2>&1', 'deploy');
      const [, count = '0'] = /^Ran (\d+) tests? in /m.exec(said) ?? [];
      demand(Number(count) > 0 && /^OK$/m.test(said), () => said);
      return `${count} tests`;
    },
  },
  {
    name: 'under the machine’s supervisor each process tells its release, through nginx',
    play: async (place) => {
      await place.restart();
      return everywhere(place, 'by-hand');
    },
  },
  {
    name: 'without Redis it is not healthy, and says why',
    play: async ({ host, get }) => {
      await host.exec('systemctl stop redis-server');
      const { status, text } = await get('/health/');
      await host.exec('systemctl start redis-server');
      demand(status === 503 && text.includes('"database": "ok", "redis": "error: '), () => `${status} ${text}`);
      return text;
    },
  },
  {
    name: 'a dead worker leaves the web as it was, and takes no task',
    play: async ({ restart, begin, get, host }) => {
      await restart({ ASCAI_WORKER_DIES: '1' });
      // supervisor calls it running for a second, again and again
      const ended = 'grep -q "exited: ascai_celery (exit status 1" /var/log/supervisor/supervisord.log';
      await host.exec(`timeout 300 sh -c 'until ${ended}; do sleep 0.2; done'`);
      const id = await begin(0);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const { text } = await get(`/tasks/${id}/`);
      demand(text.includes('PENDING'), () => text);
      return text;
    },
  },
  {
    name: 'after a reboot all of it is back, with the faults gone',
    play: async (place) => {
      await place.restart({ ASCAI_RELEASE: 'after' });
      await place.host.reboot();
      return everywhere(place, 'after');
    },
  },
];

/** ASCAI, installed by hand after its document: what later proofs deploy to and adopt is real, and can tell what it runs. */
export const ascai = ({ show }: ProofOptions): Promise<ProofEnd> =>
  playIn(
    {
      title: 'ascai',
      show,
      prepare: () => prepareAscai(show),
      about: ({ host }) =>
        host.exec('supervisorctl status; tail -n 15 /srv/ascai/logs/*.log; tail -n 5 /var/log/nginx/error.log'),
    },
    plays,
  );
