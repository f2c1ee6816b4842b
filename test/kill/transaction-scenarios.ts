import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { residentBody } from '../../packages/remote/transaction-programs.ts';
import { deployed, looked, open, openInput, switched, switchInput } from './deploy.ts';
import { editTransaction } from './host.ts';
import { of, type Scenario } from './scenario.ts';
import { idle, makeRelease, run, runProgram, runResident, type Target } from './target.ts';

const worker = { ...idle, role: 'worker' };
const scheduler = { ...idle, role: 'scheduler' };
export const release1 = { web: idle, 'web-2': idle, tasks: worker, beat: scheduler };
export const release2 = { web: { ...idle, drain: 3 }, worker, beat: scheduler };

export const releases = (target: Target): void => {
  makeRelease(target, 'r1', release1, { env: 'A=1\n' });
  makeRelease(target, 'r2', release2, { env: 'A=2\n' });
};

const confirmed = async (target: Target): Promise<void> => {
  releases(target);
  await deployed(target, 'r1');
};

/** What a host may tell by itself, should it come to that. */
const notices = Buffer.from('undone silence slack dXJsID0gIngiCg==\n');
const openWithNotices = (target: Target, seen: string) => ({
  ...openInput(target, 'r2', { seen }),
  notices: notices.length,
});
const bodyWithNotices = Buffer.concat([residentBody, notices]);

const secondSwitched = async (target: Target): Promise<void> => {
  await confirmed(target);
  await switched(target, 'r2');
};

const secondConfirmed = async (target: Target): Promise<void> => {
  await confirmed(target);
  await deployed(target, 'r2');
};

const undoText = ((): string => {
  const text = residentBody.toString();
  const end = '\nmain "$@"\n';
  return text.slice(0, text.indexOf(end) + end.length);
})();

export const undo = (...args: readonly string[]) => ({
  text: undoText,
  resident: true as const,
  args: () => args,
  next: (target: Target) => runResident(target, 'undo', ...args),
});

const opened = (name: string, before: Scenario['before'], seen: string, more: Partial<Scenario> = {}): Scenario => ({
  name,
  before,
  ...more,
  ...of('open', (target) => openInput(target, 'r2', { seen })),
  stdin: residentBody,
  next: (target) => open(target, 'r2'),
});

// where the text that only open has begins, and so on
const ownOpen = '# open.sh ';
const ownConfirm = '# undoing.sh';

const numbered = (number: number) => (target: Target) => ({ base: target.base, number });

/** Programs of the transaction, where supervisor runs the services. */
export const transactionScenarios: readonly Scenario[] = [
  opened('open, on a new host', releases, '0:none::'),
  opened('open, after a confirmed one', confirmed, '1:confirmed:d1:', { from: ownOpen }),
  {
    // the run that goes on has the same to leave there; one that was killed after the opening takes up its own
    ...opened('open, with notices', confirmed, '1:confirmed:d1:', { from: ownOpen }),
    ...of('open', (target) => openWithNotices(target, '1:confirmed:d1:')),
    stdin: bodyWithNotices,
    next: async (target) => {
      const { seen, phase } = await looked(target);
      const how = phase === 'open' ? ('again' as const) : ('anew' as const);
      return runProgram(target, 'open', { ...openWithNotices(target, seen), how }, { stdin: bodyWithNotices });
    },
  },
  opened(
    "open, over another run's",
    async (target) => {
      await confirmed(target);
      await open(target, 'r2', 'd0');
    },
    '2:open:d0:',
    { from: ownOpen },
  ),
  {
    name: 'switch, first deploy',
    before: async (target) => {
      releases(target);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1')),
    recovers: true,
  },
  {
    name: 'switch, first deploy, where the user has a systemd',
    before: async (target) => {
      releases(target);
      await open(target, 'r1');
    },
    ...of('switch', (target) => switchInput(target, 1, 'r1')),
    managed: true,
    // what stands after it is killed without one
    from: '# manager.sh',
    to: '# switch.sh',
    recovers: true,
  },
  {
    name: 'switch, with the environment carried over',
    before: async (target) => {
      await confirmed(target);
      await open(target, 'r2');
    },
    ...of('switch', (target) => switchInput(target, 2, 'r2', { environmentFrom: 'r1' })),
    recovers: true,
  },
  {
    name: 'renew',
    before: secondSwitched,
    ...of('renew', (target) => ({ base: target.base, number: 2, within: 900 })),
    recovers: true,
  },
  { name: 'confirm', before: secondSwitched, ...of('confirm', numbered(2)), recovers: true },
  {
    name: 'confirm, where notices lie on the host',
    before: async (target) => {
      await secondSwitched(target);
      writeFileSync(join(target.base, '.landfall/notices.t2'), notices, { mode: 0o600 });
    },
    ...of('confirm', numbered(2)),
    from: '# confirm.sh',
  },
  {
    name: 'confirm, too late',
    before: async (target) => {
      await secondSwitched(target);
      editTransaction(target, 'deadline', '1');
    },
    ...of('confirm', numbered(2)),
    from: ownConfirm,
    code: 80,
  },
  // the quickest first: what a later one reaches too is killed here
  {
    name: 'undo, of an unswitched one',
    before: async (target) => {
      await confirmed(target);
      await open(target, 'r2');
    },
    ...undo('t2'),
  },
  {
    name: 'recover, when supervisord is gone',
    before: async (target) => {
      await secondConfirmed(target);
      await run(target, ['supervisorctl', '-c', join(target.base, '.landfall/run/supervisord.conf'), 'shutdown']);
    },
    ...undo('recover'),
  },
  { name: 'undo, of a switched one', before: secondSwitched, ...undo('t2'), recovers: true },
  { name: 'undo, of a confirmed one', before: secondConfirmed, ...undo('t2'), recovers: true },
  {
    name: 'undo, of the first deploy',
    before: async (target) => {
      releases(target);
      await switched(target, 'r1');
    },
    ...undo('t1'),
    recovers: true,
  },
  {
    name: 'watch, when the time is over',
    before: async (target) => {
      await secondSwitched(target);
      editTransaction(target, 'deadline', '1');
    },
    ...undo('watch'),
    recovers: true,
  },
  {
    name: 'recover, after a reboot in mid-transaction',
    before: async (target) => {
      await secondSwitched(target);
      editTransaction(target, 'boot', 'another/1');
    },
    ...undo('recover'),
  },
  {
    name: 'take-back',
    before: secondSwitched,
    ...of('take-back', (target) => ({ base: target.base, number: 2, why: 'failed' })),
  },
  {
    name: 'checked',
    before: async (target) => {
      await secondConfirmed(target);
      await runResident(target, 'undo', 't2');
    },
    ...of('checked', numbered(3)),
  },
  {
    name: 'tell',
    before: async (target) => {
      await secondSwitched(target);
      editTransaction(target, 'deadline', '1');
      await runResident(target, 'undo', 'recover');
    },
    ...of('tell', (target) => ({ base: target.base, numbers: [2] })),
  },
  {
    name: 'sign-off',
    before: secondConfirmed,
    ...of('sign-off', ({ base }) => ({ base, seen: '2:confirmed', number: 2, run: '9', attempt: 1, who: 'grace' })),
  },
  {
    name: 'prune, of releases',
    before: async (target) => {
      await secondConfirmed(target);
      for (const id of ['r3', 'r4']) {
        makeRelease(target, id, release1);
        writeFileSync(join(target.base, 'trees', id), 'list');
      }
    },
    ...of('prune', (target) => ({ base: target.base, number: 2, what: 'releases' as const, ids: ['r1', 'r3', 'r4'] })),
  },
  {
    name: 'prune, of environments',
    before: async (target) => {
      await secondConfirmed(target);
      for (const id of ['aa', 'bb']) mkdirSync(join(target.base, 'envs', id, 'bin'), { recursive: true });
    },
    ...of('prune', (target) => ({ base: target.base, number: 2, what: 'envs' as const, ids: ['aa', 'bb'] })),
  },
];
