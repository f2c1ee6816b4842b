import { tmpdir } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Target } from '#config';
import { timeline } from '#plan';
import type { Clock } from '#plan';
import { noEvidence } from '../../packages/operations/scene.ts';
import type { Scene } from '../../packages/operations/scene.ts';
import { contextOf } from './found.ts';
import { silentGitHub } from './silent-github.ts';
import type { FakeHost } from './host.ts';

/** A place to deploy to, with every default, one service, no address and no check. */
export const targetOf = (over: Partial<Target> = {}): Target => ({
  name: 'production',
  host: { name: 'deploy@example.org', user: 'deploy', address: 'example.org', port: 22 },
  pins: '',
  via: [],
  path: '/srv/app',
  base: '/srv/app-landfall',
  directory: '.',
  services: [{ name: 'web', command: ['gunicorn'], role: 'web', drain: 30_000, boot: 60_000 }],
  serviceFiles: [],
  python: { venv: '.venv', version: 'python3' },
  shared: [],
  env: { require: [] },
  include: [],
  exclude: [],
  checks: [],
  hooks: {},
  keep: 5,
  wait: 600_000,
  notify: [],
  ...over,
});

/** Time that passes when somebody waits, and only then. What sleeps as long as a beat sleeps until its signal. */
export const fakeClock = (): Clock => {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) return;
      if (ms >= 20_000 && signal !== undefined) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
        return;
      }
      now += ms;
      await setImmediate();
    },
  };
};

export type FakeScene = Scene & { readonly host: FakeHost; readonly shown: readonly string[] };

/** A scene on a fake host. The wall clock stands at noon of 2 January 2026, UTC. */
export const sceneOn = (host: FakeHost, over: Partial<Omit<Scene, 'host'>> = {}): FakeScene => {
  const shown: string[] = [];
  const clock = over.clock ?? fakeClock();
  const show = (line: string): void => void shown.push(line);
  return {
    target: targetOf(),
    context: contextOf(),
    clock,
    wall: () => new Date('2026-01-02T12:00:00Z'),
    deadline: () => new AbortController().signal,
    signal: new AbortController().signal,
    show,
    temp: tmpdir(),
    timeline: timeline({ clock, show }),
    evidence: noEvidence(),
    github: silentGitHub,
    env: {},
    files: (path) => `${path} is not here`,
    ...over,
    host,
    shown,
  };
};
