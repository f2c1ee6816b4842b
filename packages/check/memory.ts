import type { HttpClient } from './http.ts';
import { scrubber } from './placeholders.ts';
import type { Hidden, Values } from './placeholders.ts';
import type { SavedValues } from './saved.ts';
import { newSession } from './session.ts';
import type { Session } from './session.ts';

/** What one list of checks remembers from answer to answer. Forgotten when the list is done. */
export type Memory = {
  readonly session: (name: string | undefined, client: HttpClient) => Session;
  readonly saved: () => SavedValues;
  readonly keep: (values: SavedValues) => void;
  /** From here on a check may name these, whether they were found or not. */
  readonly expect: (names: readonly string[]) => void;
  /** Takes all that is secret by now out of a text. */
  readonly scrub: (text: string) => string;
};

/** An empty memory; `env` is what checks may use as `$NAME`. */
export const newMemory = (env: Values): Memory => {
  const sessions = new Map<string, Session>();
  const saved = new Map<string, SavedValues[string]>();
  const hidden = (): Hidden[] => [
    ...[...sessions.values()].flatMap((session) => session.hidden()),
    ...[...saved].flatMap(([name, one]) => (one?.secret === true ? [{ as: `{${name}}`, value: one.value }] : [])),
  ];
  return {
    session: (name, client) => {
      const session = sessions.get(name ?? '') ?? newSession(client);
      if (name !== undefined) sessions.set(name, session);
      return session;
    },
    saved: () => Object.fromEntries(saved),
    keep: (values) => {
      for (const [name, value] of Object.entries(values)) saved.set(name, value);
    },
    expect: (names) => {
      for (const name of names) if (!saved.has(name)) saved.set(name, undefined);
    },
    scrub: (text) => scrubber(env, hidden())(text),
  };
};
