import type { Role } from '#plan';

/** Options of celery itself, before its subcommand, that a word of their own follows. */
const celeryOptions: ReadonlySet<string> = new Set([
  '-A',
  '--app',
  '-b',
  '--broker',
  '--result-backend',
  '--loader',
  '--config',
  '--workdir',
]);

const celeryRoles: Readonly<Record<string, Role>> = { worker: 'worker', beat: 'scheduler' };

/** Servers that answer WebSockets too. */
const socketServers: ReadonlySet<string> = new Set(['daphne', 'uvicorn', 'hypercorn']);

/** The program that words start and its own words: `celery` of `/x/bin/celery worker` and of `python3 -m celery worker`. */
export const programOf = (words: readonly string[]): readonly [name: string, ...words: readonly string[]] => {
  const [first = '', second, third, ...rest] = words;
  const name = first.split('/').at(-1) ?? '';
  if (/^python[0-9.]*$/.test(name) && second === '-m' && third !== undefined) return [third, ...rest];
  return [name, ...words.slice(1)];
};

const celeryRole = (words: readonly string[]): Role | undefined => {
  const [word, ...rest] = words;
  if (word === undefined) return undefined;
  if (celeryOptions.has(word)) return celeryRole(rest.slice(1));
  return word.startsWith('-') ? celeryRole(rest) : celeryRoles[word];
};

/**
 * The role of a service whose command tells it; undefined: it does not.
 * @param sockets a check of the target opens a WebSocket
 */
export const roleOf = (words: readonly string[], sockets: boolean): Role | undefined => {
  const [name, ...rest] = programOf(words);
  if (name === 'gunicorn') return 'web';
  if (socketServers.has(name)) return sockets ? 'websocket' : 'web';
  return name === 'celery' ? celeryRole(rest) : undefined;
};
