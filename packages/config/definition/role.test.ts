import { expect, test } from '@jest/globals';
import { roleOf } from './role.ts';

const role = (command: string, sockets = false) => roleOf(command.split(' '), sockets);

test.each([
  ['gunicorn config.wsgi', 'web'],
  ['.venv/bin/gunicorn config.wsgi', 'web'],
  ['python3.12 -m gunicorn config.wsgi', 'web'],
  ['daphne -p 8001 config.asgi:application', 'web'],
  ['celery -A config worker --loglevel=info --concurrency=4', 'worker'],
  ['celery --app=config -q worker', 'worker'],
  ['/srv/env/bin/celery -A worker beat', 'scheduler'],
  ['python -m celery --workdir beat -A config beat -s run/schedule', 'scheduler'],
  // what it is for, only the one who wrote it knows
  ['celery -A config flower', undefined],
  ['celery -A config', undefined],
  ['python manage.py worker', undefined],
  ['sh -c celery', undefined],
  ['worker', undefined],
])('%s: %s', (command, expected) => {
  expect(role(command)).toBe(expected);
});

test('a server that can do both is for WebSockets where a check opens one', () => {
  expect(role('daphne config.asgi:application', true)).toBe('websocket');
  expect(role('uvicorn config.asgi:application', true)).toBe('websocket');
  expect(role('gunicorn config.wsgi', true)).toBe('web');
});
