import { expect, test } from '@jest/globals';
import { remembers } from './schedule.ts';

const place = {
  path: '/srv/app',
  base: '/srv/app-landfall',
  directory: 'site',
  shared: [{ path: 'run', kind: 'folder' as const }],
};

test.each([
  ['celery -A x beat', false],
  ['celery -A x beat -s schedule', false],
  ['celery -A x beat -s ../run/schedule', true],
  ['celery -A x beat -s../run/schedule', true],
  ['celery -A x beat --schedule ../run/schedule', true],
  ['python -m celery -A x beat --schedule=../runs/schedule', false],
  ['celery -A x beat -s /srv/app/run/schedule', true],
  ['celery -A x beat -s /srv/app/site/schedule', false],
  ['celery -A x beat -s /srv/app-landfall/shared/run/schedule', true],
  ['celery -A x beat -s /srv/app-landfall/current/schedule', false],
  ['celery -A x beat -s /var/lib/app/schedule', true],
  // what it runs last is in its database
  ['celery -A x beat -S django_celery_beat.schedulers:DatabaseScheduler', true],
  ['celery -A x beat --scheduler=django', true],
  // nobody knows what others remember, and where
  ['python manage.py cron', true],
])('%s: %s', (command, expected) => {
  expect(remembers(command.split(' '), place)).toBe(expected);
});
