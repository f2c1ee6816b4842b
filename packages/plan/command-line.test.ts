import { expect, test } from '@jest/globals';
import { commandLine } from './command-line.ts';

test('a command is shown without its passwords, and not at any length', () => {
  expect(commandLine(['celery', '-b', 'redis://:hunter2@h/0', '-A', 'app'])).toBe('celery -b redis://…@h/0 -A app');
  expect(commandLine(['--url=amqp://u:p@ss@h'])).toBe('--url=amqp://…@h');
  expect(commandLine(['env', 'SECRET_KEY=hunter 2=', 'gunicorn', '--bind=:80'])).toBe(
    'env SECRET_KEY=… gunicorn --bind=:80',
  );
  expect(commandLine(['sh', '-c', "exec env A='hunter 2' x"])).toBe('sh -c exec env A=…');
  expect(commandLine(['a'.repeat(900_000)])).toHaveLength(120);
});
