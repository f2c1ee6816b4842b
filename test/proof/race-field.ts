import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, faultOf, must } from '#fault';
import { openHost } from '#host';
import { timeline } from '#plan';
import type { Clock, RunContext } from '#plan';
import { open } from '../../packages/operations/open.ts';
import { noEvidence } from '../../packages/operations/scene.ts';
import type { Scene } from '../../packages/operations/scene.ts';
import { survey } from '../../packages/operations/survey.ts';
import { passThrough } from '../../packages/operations/through.ts';
import { contextOf } from '../fakes/found.ts';
import { targetOf } from '../fakes/scene.ts';
import { silentGitHub } from '../fakes/silent-github.ts';
import { idle, makeRelease, makeTarget } from '../kill/target.ts';
import { startEmbeddedSshd } from '../lab/embedded-sshd.ts';
import type { Sshd } from '../lab/embedded-sshd.ts';
import { generateKey } from '../lab/keys.ts';
import { endProcessesBelow } from '../lab/processes.ts';

/** Programs that stand in front of the host's, so that nothing waits for long. `flock` only where the mutex is to be missing. */
const standIns = {
  sleep: 'exec /bin/sleep 0.1',
  // the mutex is descriptor 9; who comes late finds no door
  flock: 'case "$*" in\n  *" 9") exec /bin/sleep 0.3 ;;\nesac\nexec /usr/bin/flock "$@"',
};

/** A host on which runs race: real programs, SSH server and operations; a stand-in for the process manager. */
export type Field = {
  readonly dir: string;
  readonly sshd: Sshd;
  readonly key: string;
  /** What a good release may take to boot, in s: a machine that stalls must not look like one that does not start. */
  readonly boot: number;
  readonly end: () => Promise<void>;
};

/** Makes it, below a directory of its own. `mutex: false`: with a `flock` that keeps nobody out. */
export const makeField = async ({ mutex = true }: { readonly mutex?: boolean } = {}): Promise<Field> => {
  const dir = mkdtempSync(join(tmpdir(), 'landfall-race-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  for (const [name, body] of Object.entries(standIns))
    if (name !== 'flock' || !mutex) writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const { privateKey: key, publicKey } = generateKey('race');
  const sshd = await startEmbeddedSshd({
    authorizedKeys: [publicKey],
    home: dir,
    env: { PATH: `${bin}:${makeTarget(['sh'], undefined, dir).searched}`, HOME: dir },
  });
  return {
    dir,
    sshd,
    key,
    // without the mutex many a good one is overrun, and is not worth waiting for
    boot: mutex ? 60 : 5,
    end: async () => {
      await sshd.close();
      await endProcessesBelow(dir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** Time as it is, but for waits: a tenth of them is enough here. */
const clock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms >= 20_000 ? ms : ms / 10, undefined, signal === undefined ? {} : { signal });
    } catch {
      // woken early
    }
  },
};

/** What a run came to: `done`, or the code of its fault. */
export type Ended = string;

/** One target on the field. */
export type Ground = {
  readonly base: string;
  readonly run: (release: string, context: Partial<RunContext>, good?: boolean) => Promise<Ended>;
};

/** Makes a target: `name` is its folder on the field. */
export const makeGround = (field: Field, name: string): Ground => {
  const root = join(field.dir, name);
  mkdirSync(root);
  const at = makeTarget(['sh'], undefined, root);
  let drivers = 0;
  return {
    base: at.base,
    run: async (release, over, good = true) => {
      drivers += 1;
      const service = good ? { ...idle, boot: field.boot } : { words: ['/bin/false'], boot: 1 };
      makeRelease(at, release, { web: service });
      const context = contextOf({ driver: `${name}-${drivers}`, token: `job-${drivers}`, ...over });
      return race(field, at, release, context);
    },
  };
};

/** Look, open, switch, check, confirm: the operations that every deploy is made of, over a connection of its own. */
const race = async (
  { sshd, key }: Field,
  { base, path }: { readonly base: string; readonly path: string },
  release: string,
  context: RunContext,
): Promise<Ended> => {
  const host = {
    name: `${sshd.user}@${sshd.address}:${sshd.port}`,
    user: sshd.user,
    address: sshd.address,
    port: sshd.port,
  };
  const opened = await openHost({
    ...host,
    pins: sshd.hostKey,
    key: { privateKey: key },
    base,
    driver: context.driver,
  });
  const signal = AbortSignal.timeout(300_000);
  try {
    const scene: Scene = {
      host: must(opened),
      target: targetOf({
        host,
        base,
        path,
        keep: 2,
        services: [{ name: 'web', command: ['sleep'], role: 'web', drain: 2000, boot: 60_000 }],
      }),
      context,
      clock,
      wall: () => new Date(),
      deadline: (ms) => AbortSignal.timeout(ms),
      signal,
      show: () => undefined,
      timeline: timeline({ clock, show: () => undefined }),
      evidence: noEvidence(),
      github: silentGitHub,
      env: {},
      temp: tmpdir(),
      files: (path) => `${path} is not here`,
    };
    const surveyed = await survey(scene, 'deploy');
    const opening = { wish: 'deploy', kind: 'deploy', release, commit: 'step', allowOlder: false } as const;
    const transaction = await open(scene, surveyed, opening);
    const services = ['web'];
    await passThrough(scene, transaction, {
      release,
      services,
      hooks: {},
      commit: 'step',
      within: 600_000,
      environmentFrom: '',
      pace: { schedulers: 0, others: 0, boot: 0 },
      baseline: [],
    });
    return 'done';
  } catch (thrown) {
    return thrown instanceof Failure ? thrown.fault.code : `${faultOf(thrown).code}: ${faultOf(thrown).what}`;
  } finally {
    if (opened.ok) await opened.value.close();
  }
};
