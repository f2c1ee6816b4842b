import { join } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { programs, residentBody, type Input, type ProgramName } from '#remote';
import { adopted, factsOf } from '../kill/adoption.ts';
import { deployed, open, openInput, switched, switchInput } from '../kill/deploy.ts';
import { makeRelease, idle, runProgram, runResident, type Ran, type Target } from '../kill/target.ts';

/** How far the newer transaction has come when the older program wakes up. */
export const newer = ['open', 'switched', 'confirmed'] as const;
export type Newer = (typeof newer)[number];

/** A program that falls asleep, and is overtaken before it wakes up. */
export type ZombieCase = {
  readonly name: string;
  /** Makes what the program finds when it starts. */
  readonly before: (target: Target) => Promise<void>;
  readonly text: string;
  readonly args: (target: Target) => readonly string[];
  readonly stdin?: Buffer;
  /** It lies on the host and is started as a file beside the others. */
  readonly resident?: true;
  /** Ends the transaction of the program, so that another one may open. Not given: the next one overtakes it as it is. */
  readonly closes?: (target: Target) => Promise<Ran>;
  /** It does not end as long as the transaction is open. */
  readonly endless?: true;
  /** It falls asleep after it gave the mutex back, with its work done; not given: before it takes it. */
  readonly after?: true;
  /** The states of the newer transaction in which this program has anything to wake up for; all, if not given. */
  readonly newer?: readonly Newer[];
};

const of = <P extends ProgramName>(
  program: P,
  input: (target: Target) => Input<P>,
): Pick<ZombieCase, 'name' | 'text' | 'args'> => {
  const { text, args } = programs[program] as unknown as { text: string; args: (input: Input<P>) => readonly string[] };
  return { name: program, text, args: (target) => args(input(target)) };
};

const undoText = ((): string => {
  const text = residentBody.toString();
  const end = '\nmain "$@"\n';
  return text.slice(0, text.indexOf(end) + end.length);
})();

const releases = (target: Target): void => {
  for (const id of ['r1', 'r2', 'r3', 'r4']) makeRelease(target, id, { web: idle }, { env: `A=${id}\n` });
  mkdirSync(join(target.base, 'shared'), { recursive: true });
  writeFileSync(join(target.base, 'shared', 'database'), '');
};

const first = async (target: Target): Promise<void> => {
  releases(target);
  await deployed(target, 'r1');
};

const secondOpen = async (target: Target): Promise<void> => {
  await first(target);
  await open(target, 'r2');
};

const secondSwitched = async (target: Target): Promise<void> => {
  await first(target);
  await switched(target, 'r2');
};

const secondConfirmed = async (target: Target): Promise<void> => {
  await first(target);
  await deployed(target, 'r2');
};

/** Where somebody has made something by hand, and the newer release has a hook. */
const tempting = async (target: Target): Promise<void> => {
  await secondOpen(target);
  mkdirSync(byHand(target));
  const leaves = ['/bin/sh', '-c', 'echo "$LANDFALL_RELEASE" >../../shared/hooked'];
  makeRelease(target, 'r3', { web: idle }, { env: 'A=r3\n', hooks: { 'before-switch': leaves } });
};

const byHand = ({ base }: Target): string => join(base, 'by-hand');
const takenBack = (target: Target): Promise<Ran> => runResident(target, 'undo', 't2');
const base = ({ base }: Target): string => base;

const undo = (name: string, before: ZombieCase['before'], ...args: readonly string[]): ZombieCase => ({
  name,
  before,
  text: undoText,
  resident: true,
  args: () => args,
});

/** Every program that changes something under the mutex. The older transaction is t2, the newer one goes to r3. */
export const zombieCases: readonly ZombieCase[] = [
  {
    ...of('open', (target) => openInput(target, 'r2', { seen: '1:confirmed:d1:', driver: 'd0' })),
    before: first,
    stdin: residentBody,
  },
  { ...of('switch', (target) => switchInput(target, 2, 'r2')), before: secondOpen },
  {
    ...of('migrate', (target) => ({ base: base(target), number: 2, release: 'r2', python: 'quick-python' })),
    before: secondOpen,
  },
  {
    ...of('hook', (target) => ({ base: base(target), number: 2, moment: 'before-switch', limit: 60 })),
    before: tempting,
  },
  {
    ...of('adopt', (target) => ({ base: base(target), number: 2, path: byHand(target), release: adopted })),
    before: tempting,
    stdin: factsOf({ base: '/srv/app-landfall', path: '/srv/app', shell: [], searched: '' }),
  },
  {
    ...of('renew', (target) => ({ base: base(target), number: 2, within: 900 })),
    before: secondSwitched,
    closes: takenBack,
  },
  { ...of('confirm', (target) => ({ base: base(target), number: 2 })), before: secondSwitched, closes: takenBack },
  {
    ...of('prune', (target) => ({ base: base(target), number: 2, what: 'releases', ids: ['r4', 'r3'] })),
    before: secondConfirmed,
  },
  {
    ...of('prune', (target) => ({ base: base(target), number: 2, what: 'releases', ids: ['r4'] })),
    name: 'prune, its folders moved away',
    before: secondConfirmed,
    after: true,
  },
  {
    ...of('take-back', (target) => ({ base: base(target), number: 2, why: 'failed' })),
    before: secondSwitched,
    closes: takenBack,
  },
  { ...of('beat', (target) => ({ base: base(target), driver: 'd1' })), before: secondOpen },
  { ...undo('undo t2', secondSwitched, 't2'), closes: takenBack },
  // nobody is to undo here: what it finds when it wakes up is closed
  { ...undo('undo watch', secondSwitched, 'watch'), closes: takenBack, newer: ['confirmed'], endless: true },
  { ...undo('undo recover', secondSwitched, 'recover'), closes: takenBack },
];

const good = (ran: Ran): void => {
  if (ran.code !== 0)
    throw new Error(`the newer transaction failed with ${ran.code ?? ran.signal ?? '?'}: ${ran.stderr}`);
};

/** Another run opens a newer transaction, to r3, and takes it as far. */
export const overtake = async (target: Target, { closes }: ZombieCase, far: Newer): Promise<void> => {
  if (closes !== undefined) good(await closes(target));
  const opened = await open(target, 'r3', 'd2');
  good(opened);
  const number = Number(/^number=(\d+)$/m.exec(opened.stdout)?.[1]);
  good(await runProgram(target, 'beat', { base: base(target), driver: 'd2' }));
  if (far === 'open') return;
  good(await runProgram(target, 'switch', switchInput(target, number, 'r3')));
  if (far === 'confirmed') good(await runProgram(target, 'confirm', { base: base(target), number }));
};
