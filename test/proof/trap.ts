import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../lab/embedded-command.ts';
import type { Hooks } from '../lab/embedded-sshd.ts';
import { listener, type Heard } from './heard.ts';

/**
 * When the trap closes on a program: `arrives`, nothing of it has run; `runs`, it is at work; `ended`, the client has not heard so.
 * A function: at work, and what it asks of the host became true.
 */
export type When = 'arrives' | 'runs' | 'ended' | (() => boolean);

/** The `nth` (from 1) time that a run starts this program; `connect` is the connection itself: `arrives` before the login, `ended` after it. */
export type Place = { readonly program: string; readonly nth: number; readonly when: When };

type Armed = Place & {
  readonly close: () => Promise<void>;
  readonly sprung: () => void;
  readonly missed: () => void;
};

export type Trap = {
  /** For the SSH server. */
  readonly hooks: Hooks;
  /** Begins a run: `close` is called once, when it comes to the place, and is waited for. Resolves to whether it was reached. */
  readonly arm: (place: Place | undefined, close: () => Promise<void>) => { readonly sprung: () => boolean };
  /** The programs of the run so far, `name#nth`, in their order. */
  readonly heard: () => readonly string[];
};

/** How long a program is left alone before it counts as at work, and how often the host is asked: ms. */
const moment = 4;

/** Hears which program each command runs, and closes at one place of a run. */
export const makeTrap = (): Trap => {
  let ear = listener();
  let armed: Armed | undefined;
  let names: string[] = [];
  let watched: Command | undefined;
  const ended = new WeakSet<Command>();

  const spring = async (): Promise<void> => {
    const now = armed;
    if (now === undefined) return;
    armed = undefined;
    now.sprung();
    await now.close();
  };

  /** Waits until the program is at work, and as far as it should be; gives up when it has ended before. */
  const atWork = async (command: Command, heard: Heard, at: Armed): Promise<void> => {
    const begun = (): boolean => heard.step === undefined || existsSync(`${heard.step}.begun`);
    const done = (): boolean => heard.step !== undefined && existsSync(`${heard.step}.rc`);
    // what it has made true counts until its client has heard of its end
    const [there, over] =
      at.when instanceof Function
        ? [at.when, () => ended.has(command)]
        : [() => true, () => ended.has(command) || done()];
    if (heard.step === undefined) await sleep(moment);
    while (armed === at) {
      if (over()) {
        at.missed();
        return;
      }
      if (begun() && there()) {
        await spring();
        return;
      }
      await sleep(moment);
    }
  };

  return {
    hooks: {
      onConnect: () => {
        if (armed?.program === 'connect' && armed.when === 'arrives') void spring();
      },
      onExec: async () => {
        if (armed?.program === 'connect' && armed.when === 'ended') await spring();
      },
      onInput: async (command, piece) => {
        const heard = ear.hear(command, piece);
        if (heard === undefined) return 'arrives';
        const nth = names.filter((name) => name.startsWith(`${heard.name}#`)).length + 1;
        names.push(`${heard.name}#${nth}`);
        const at = armed;
        if (at?.program !== heard.name || at.nth !== nth) return 'arrives';
        watched = command;
        if (at.when === 'arrives') {
          await spring();
          // a small program would be whole, and run, before its end is heard of
          return 'lost';
        }
        if (at.when !== 'ended') void atWork(command, heard, at);
        return 'arrives';
      },
      onExit: async (command) => {
        ended.add(command);
        if (command === watched && armed?.when === 'ended') await spring();
      },
    },
    arm: (place, close) => {
      let sprung = false;
      ear = listener();
      names = [];
      watched = undefined;
      armed =
        place === undefined
          ? undefined
          : {
              ...place,
              close,
              sprung: () => {
                sprung = true;
              },
              missed: () => {
                armed = undefined;
              },
            };
      return { sprung: () => sprung };
    },
    heard: () => [...names],
  };
};
