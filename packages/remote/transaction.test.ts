import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import { inTurn } from '../../test/lab/in-turn.ts';
import { needing } from '../../test/lab/needs.ts';
import { answered, deployed, looked, open, openInput, switched, switchInput } from '../../test/kill/deploy.ts';
import { editTransaction, endProcesses, makeManager, makeStandIns, mutexFree } from '../../test/kill/host.ts';
import { servicesOf, supervisorOf } from '../../test/kill/processes.ts';
import { idle, makeRelease, makeTarget, run, runProgram, runResident, type Target } from '../../test/kill/target.ts';
import { residentBody } from './transaction-programs.ts';

const serving = ({ base }: Target): readonly string[] =>
  servicesOf(base)
    .map(({ service, release }) => `${service} on ${release}`)
    .sort();

const current = ({ base }: Target): string | undefined => {
  try {
    return readlinkSync(join(base, 'current'));
  } catch {
    return undefined;
  }
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds() && tries < 1200; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
};

const transaction = ({ base }: Target): ReadonlyMap<string, string> =>
  new Map(
    readFileSync(join(base, '.landfall/transaction'), 'utf8')
      .split('\n')
      .map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );

const events = ({ base }: Target): readonly string[] =>
  readFileSync(join(base, '.landfall/journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { tx: number; e: string })
    .map(({ tx, e }) => `t${tx} ${e}`);

const firstRelease = { web: idle, 'web-2': idle };
const secondRelease = { web: idle, worker: idle };

for (const [turn, shell] of ([['dash'], ['busybox', 'sh']] as const).entries())
  needing(shell[0], 'flock', 'python3').describe(`the transaction under ${shell.join(' ')}`, () => {
    const test = inTurn(turn);
    // a crowded machine is no fault
    jest.setTimeout(300_000);
    let root: string;
    let target: Target;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'landfall-tx-'));
      makeStandIns(join(root, 'stand-ins'));
      const plain = makeTarget(shell, undefined, root);
      // sleeps are short, and no watchdog is started
      target = { ...plain, searched: `${join(root, 'stand-ins')}:${plain.searched}` };
      makeRelease(target, 'r1', firstRelease, { env: 'A=1\nrelease=not-a-release\n' });
      makeRelease(target, 'r2', secondRelease, { env: 'A="2 3"\n' });
    });

    afterEach(() => {
      expect(mutexFree(target)).toBe(true);
      endProcesses(target);
      rmSync(root, { recursive: true, force: true });
    });

    /** The same target, with a watchdog that starts. */
    const watched = (): Target => {
      rmSync(join(root, 'stand-ins/setsid'));
      return target;
    };

    const undo = (...args: readonly string[]) => runResident(target, 'undo', ...args);

    test('a deploy: open, switch, confirm; the services of the release before are gone', async () => {
      await deployed(target, 'r1');
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      expect(readlinkSync(target.path)).toBe(join(target.base, 'current'));
      const number = Number(answered(await open(target, 'r2'), 'number'));
      const done = await runProgram(target, 'switch', switchInput(target, number, 'r2'));
      expect(done).toMatchObject({ code: 0 });
      expect(done.stdout).toMatch(
        /^proven=yes\nremaining=(?:600|5\d\d)\nsince=\d+\nprocess=web \d+ r2 ok\nprocess=worker \d+ r2 ok\n$/,
      );
      expect(serving(target)).toEqual(['web on r2', 'worker on r2']);
      expect(current(target)).toBe('releases/r2');
      expect((await runProgram(target, 'confirm', { base: target.base, number })).stdout).toBe(
        'phase=confirmed\nnumber=2\nrelease=r2\n',
      );
      // again: it was confirmed before
      expect((await runProgram(target, 'confirm', { base: target.base, number })).code).toBe(0);
      expect(events(target)).toEqual(
        [1, 2].flatMap((tx) => ['opened', 'switching', 'switched', 'confirmed'].map((event) => `t${tx} ${event}`)),
      );
    });

    test('the launcher gives the .env, and no name in it can lead it astray', async () => {
      await deployed(target, 'r1');
      const [web] = servicesOf(target.base);
      const environ = readFileSync(`/proc/${web?.pid ?? 0}/environ`, 'utf8').split('\0');
      expect(environ).toContain('A=1');
      expect(environ).toContain('release=not-a-release');
      expect(environ).toContain('LANDFALL_RELEASE=r1');
      expect(environ.filter((entry) => entry.startsWith('landfall_'))).toEqual([]);
    });

    test('an open transaction is taken back by its undo, also when it is pasted twice', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      for (const time of ['once', 'twice']) {
        const undone = await undo('t2');
        expect({ time, ...undone }).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
        expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      }
      expect(events(target).filter((event) => event === 't2 undone')).toHaveLength(1);
      expect((await runProgram(target, 'confirm', { base: target.base, number: 2 })).code).toBe(80);
    });

    test('a confirmed transaction is taken back by one of its own, also when it is pasted twice; and that one too', async () => {
      await deployed(target, 'r1');
      await deployed(target, 'r2');
      for (const time of ['once', 'twice']) {
        expect({ time, ...(await undo('t2')) }).toMatchObject({
          code: 0,
          stdout: 'phase=confirmed\nnumber=3\nrelease=r1\n',
        });
        expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      }
      // code goes back, a password that was changed since does not
      expect(readFileSync(join(target.base, 'releases/r1/.env'), 'utf8')).toBe('A="2 3"\n');
      expect(await undo('t3')).toMatchObject({ code: 0, stdout: 'phase=confirmed\nnumber=4\nrelease=r2\n' });
      expect(await undo('t2')).toMatchObject({ code: 79 });
    });

    test("the first deploy's undo leaves nothing running and no link; the next deploy begins anew", async () => {
      await switched(target, 'r1');
      expect(await undo('t1')).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=1\nrelease=\n' });
      expect(serving(target)).toEqual([]);
      expect(supervisorOf(target.base)).toBeUndefined();
      expect(current(target)).toBeUndefined();
      await deployed(target, 'r2');
      expect(serving(target)).toEqual(['web on r2', 'worker on r2']);
      expect(await undo('t2')).toMatchObject({ code: 1 });
    });

    test('going back over a change of the schema, or to a release that is gone, is refused and changes nothing', async () => {
      makeRelease(target, 'r2', secondRelease, { leaves: 'app.0002' });
      await deployed(target, 'r1');
      await deployed(target, 'r2');
      const refused = await undo('t2');
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.stderr).toContain('another database schema');
      rmSync(join(target.base, 'releases/r1'), { recursive: true });
      expect((await undo('t2')).stderr).toContain('no longer whole on this host');
      expect(transaction(target).get('number')).toBe('2');
      expect(serving(target)).toEqual(['web on r2', 'worker on r2']);
    });

    test('an overtaken number changes nothing', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      const stale = { base: target.base, number: 1 };
      const before = readFileSync(join(target.base, '.landfall/transaction'), 'utf8');
      expect((await runProgram(target, 'switch', switchInput(target, 1, 'r1'))).code).toBe(79);
      expect((await runProgram(target, 'confirm', stale)).code).toBe(79);
      expect((await runProgram(target, 'renew', { ...stale, within: 9 })).code).toBe(79);
      expect((await runProgram(target, 'prune', { ...stale, what: 'releases', ids: ['r1'] })).code).toBe(79);
      expect((await runProgram(target, 'take-back', { ...stale, why: 'failed' })).code).toBe(79);
      expect(readFileSync(join(target.base, '.landfall/transaction'), 'utf8')).toBe(before);
    });

    test.each(['confirm', 'renew'] as const)('%s after its time undoes instead', async (name) => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      editTransaction(target, 'deadline', '1');
      const late = await runProgram(target, name, { base: target.base, number: 2, within: 60 });
      expect(late).toMatchObject({ code: 80 });
      expect(late.stderr).toContain('it is undone');
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
    });

    test('a release that does not come up fails its switch, and undo brings the one before back', async () => {
      await deployed(target, 'r1');
      makeRelease(target, 'r3', { web: { words: ['/bin/false'], boot: 1 } });
      const number = Number(answered(await open(target, 'r3'), 'number'));
      const failed = await runProgram(target, 'switch', switchInput(target, number, 'r3'));
      expect(failed).toMatchObject({ code: 1 });
      expect(failed.stderr).toContain('last lines of web');
      expect(transaction(target).get('phase')).toBe('switching');
      const back = await runProgram(target, 'take-back', { base: target.base, number, why: 'failed' });
      expect(back).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
    });

    test('an undo that fails holds the target, says so, and can be tried again', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      rmSync(join(target.base, 'releases/r1/.landfall/release'));
      const held = await undo('t2');
      expect(held).toMatchObject({ code: 1 });
      expect(held.stderr).toContain('no longer, whole');
      expect(transaction(target).get('phase')).toBe('held');
      expect((await runResident(target, 'status')).stdout).toContain('HELD');
      expect((await open(target, 'r2')).code).toBe(75);
      makeRelease(target, 'r1', firstRelease);
      expect(await undo('t2')).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
    });

    test('the watchdog undoes a transaction that nobody confirms, and ends', async () => {
      await deployed(target, 'r1');
      await open(target, 'r2');
      expect((await runProgram(watched(), 'switch', switchInput(target, 2, 'r2', { within: 1 }))).code).toBe(0);
      await until(() => transaction(target).get('phase') === 'undone');
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      expect(events(target)).toContain('t2 undone');
    });

    /** The same target, of a user who has a systemd that lingers. */
    const managed = (): Target => {
      makeManager(join(root, 'manager'));
      return { ...target, searched: `${join(root, 'manager')}:${target.searched}`, home: join(root, 'home') };
    };

    test('where the user has a systemd that lingers, it minds the watchdog, and recovers at boot', async () => {
      const there = managed();
      await switched(there, 'r1');
      const asked = readFileSync(join(root, 'home/asked'), 'utf8').trim();
      expect(asked).toMatch(/^--user .*--unit=landfall-watch-t1-\d+ .*--property=KillMode=process /);
      expect(asked.endsWith(` /bin/sh ${target.base}/.landfall/undo watch`)).toBe(true);
      const units = join(root, 'home/.config/systemd/user');
      const [name = '', ...more] = readdirSync(join(units, 'default.target.wants'));
      expect(more).toEqual([]);
      expect(name).toMatch(/^landfall-recover-\d+\.service$/);
      expect(readlinkSync(join(units, 'default.target.wants', name))).toBe(`../${name}`);
      const unit = readFileSync(join(units, 'default.target.wants', name), 'utf8');
      expect(unit).toContain(`\nExecStart=-/usr/bin/timeout -k 10 900 /bin/sh ${target.base}/.landfall/undo recover\n`);
      expect(answered((await looked(there)).ran, 'manager')).toBe('yes');
      expect((await runResident(there, 'status')).stdout).toContain('\nat boot      the host recovers by itself\n');
      // the setup script has nginx wait for it
      const enabled = join(root, 'home/.config/systemd/system/default.target.wants');
      mkdirSync(enabled, { recursive: true });
      writeFileSync(join(enabled, name.replace('recover', 'before-nginx')), '');
      expect((await runResident(there, 'status')).stdout).toContain(
        '\nat boot      the host recovers by itself, before nginx starts\n',
      );
    });

    test('where it cannot, the watchdog is a plain process, and no unit is left to be believed in', async () => {
      const there = managed();
      writeFileSync(join(root, 'manager/systemd-run'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      writeFileSync(join(root, 'manager/systemctl'), '#!/bin/sh\necho disabled\n', { mode: 0o755 });
      rmSync(join(root, 'stand-ins/setsid'));
      const number = Number(answered(await open(there, 'r1'), 'number'));
      const ran = await runProgram(there, 'switch', switchInput(there, number, 'r1', { within: 1 }));
      expect(ran.stderr).toContain('is not told to recover');
      expect(ran.stderr).toContain('systemd did not start the watchdog');
      await until(() => transaction(target).get('phase') === 'undone');
      expect((await runResident(there, 'status')).stdout).toMatch(
        /^at boot {6}nothing is installed that starts it: sh /m,
      );
    });

    test('an undo that fails because the host goes down is not held: it goes on after the boot', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      const release = join(target.base, 'releases/r1/.landfall');
      const systemd = (state: string): void => {
        writeFileSync(join(root, 'stand-ins/systemctl'), `#!/bin/sh\necho ${state}\n`, { mode: 0o755 });
      };
      systemd('stopping');
      renameSync(release, `${release}.away`);
      const cut = await undo('t2');
      expect(cut).toMatchObject({ code: 1, stdout: 'phase=undoing\nnumber=2\nrelease=r1\n' });
      expect(cut.stderr).toContain('the host is going down');
      systemd('running');
      renameSync(`${release}.away`, release);
      expect(await undo('recover')).toMatchObject({ code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' });
    });

    test('where the user has none, no unit is written', async () => {
      const there = { ...target, home: join(root, 'home') };
      await switched(there, 'r1');
      expect(existsSync(join(root, 'home'))).toBe(false);
      expect(answered((await looked(there)).ran, 'manager')).toBe('no');
    });

    test('the watchdog undoes a switch that was killed', async () => {
      await deployed(target, 'r1');
      // it never listens: the switch waits for it until its boot time is over
      makeRelease(target, 'r3', { web: { ...idle, boot: 600, listen: '127.0.0.1:1' } });
      await open(target, 'r3');
      const switching = runProgram(watched(), 'switch', switchInput(target, 2, 'r3'));
      await until(() => serving(target).join() === 'web on r3');
      const [pid = ''] = readFileSync(join(target.base, '.landfall/running'), 'utf8').split(' ');
      process.kill(Number(pid), 'SIGKILL');
      await until(() => transaction(target).get('phase') === 'undone');
      expect((await switching).signal).toBe('SIGKILL');
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
    });

    test('recover after a reboot undoes what was not confirmed, and starts what was', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      editTransaction(target, 'boot', 'another/1');
      endProcesses(target);
      expect(await runProgram(target, 'recover', { base: target.base })).toMatchObject({
        code: 0,
        stdout: 'phase=undone\nnumber=2\nrelease=r1\n',
      });
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      endProcesses(target);
      const started = { code: 0, stdout: 'phase=undone\nnumber=2\nrelease=r1\n' };
      expect(await runProgram(target, 'recover', { base: target.base })).toMatchObject(started);
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      // only now there is nothing to do: what was read of the host beside it counts
      const again = { code: 0, stdout: `${started.stdout}untouched=yes\n` };
      expect(await runProgram(target, 'recover', { base: target.base })).toMatchObject(again);
    });

    test('recover on a host where nothing was ever opened', async () => {
      expect(await runProgram(target, 'recover', { base: target.base })).toMatchObject({
        code: 0,
        stdout: 'phase=none\nnumber=0\nrelease=\nuntouched=yes\n',
      });
    });

    test('services that a killed supervisord left behind are ended before others are started', async () => {
      await deployed(target, 'r1');
      const left = servicesOf(target.base).map(({ pid }) => pid);
      process.kill(supervisorOf(target.base) ?? 0, 'SIGKILL');
      const done = await undo('recover');
      expect(done.stderr).toContain('ending processes of services');
      expect(serving(target)).toEqual(['web on r1', 'web-2 on r1']);
      expect(servicesOf(target.base).filter(({ pid }) => left.includes(pid))).toEqual([]);
    });

    test('schedulers are started by every way that makes a release serve: a deploy, an undo, a recovery', async () => {
      const scheduler = { ...idle, role: 'scheduler' };
      makeRelease(target, 'r3', { web: idle, beat: scheduler, tasks: { ...idle, role: 'worker' } });
      makeRelease(target, 'r4', { web: idle, clock: scheduler });
      const all = ['beat on r3', 'tasks on r3', 'web on r3'];
      await deployed(target, 'r3');
      expect(serving(target)).toEqual(all);
      await switched(target, 'r4');
      expect(serving(target)).toEqual(['clock on r4', 'web on r4']);
      expect(await undo('t2')).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(all);
      endProcesses(target);
      await until(() => servicesOf(target.base).length === 0);
      expect(await undo('recover')).toMatchObject({ code: 0 });
      expect(serving(target)).toEqual(all);
    });

    test('without supervisor, switch says 69 and changes nothing', async () => {
      await open(target, 'r1');
      // the PATH of the run that opened is kept for shorter ones; that run had no supervisor either
      writeFileSync(join(target.base, '.landfall/path'), '/usr/bin\n');
      const bare = `${join(root, 'stand-ins')}:/usr/bin:/bin`;
      const text = await runProgram({ ...target, searched: bare }, 'switch', switchInput(target, 1, 'r1'));
      if (!existsSync('/usr/bin/supervisord')) {
        expect(text).toMatchObject({ code: 69 });
        expect(transaction(target).get('phase')).toBe('open');
        expect(current(target)).toBeUndefined();
      }
    });

    test('open: a state that moved is busy; an own one is taken up again; an unswitched one of another run is closed', async () => {
      const { seen } = await looked(target);
      expect((await open(target, 'r1')).code).toBe(0);
      const stale = await runProgram(target, 'open', openInput(target, 'r1', { seen }), { stdin: residentBody });
      expect(stale).toMatchObject({ code: 75 });
      // taken up again it has a number of its own: the process that had it before is fenced out
      expect(answered(await open(target, 'r1'), 'number')).toBe('2');
      expect(answered(await open(target, 'r2', 'd2'), 'number')).toBe('3');
      expect(transaction(target).get('driver')).toBe('d2');
      expect(events(target)).toEqual(['t1 opened', 't2 opened', 't2 undone', 't3 opened']);
    });

    test('open: programs that came cut short are not put in place, and a directory at the path is not touched', async () => {
      const { seen } = await looked(target);
      const cut = await runProgram(target, 'open', openInput(target, 'r1', { seen }), {
        stdin: residentBody.subarray(0, 500),
      });
      expect(cut).toMatchObject({ code: 75 });
      expect(existsSync(join(target.base, '.landfall/undo'))).toBe(false);
      mkdirSync(target.path);
      const refused = await open(target, 'r1');
      expect(refused).toMatchObject({ code: 77 });
      expect(existsSync(join(target.path, 'current'))).toBe(false);
      expect(existsSync(join(target.base, '.landfall/transaction'))).toBe(false);
    });

    test('a damaged or newer state is refused, not guessed', async () => {
      await deployed(target, 'r1');
      const file = join(target.base, '.landfall/transaction');
      const good = readFileSync(file, 'utf8');
      for (const bad of [good.replace(/^number=1$/m, 'number='), good.replace(/^phase=.*$/m, 'phase=odd'), '']) {
        writeFileSync(file, bad);
        expect((await looked(target)).ran.code).toBe(78);
      }
      writeFileSync(file, good);
      writeFileSync(join(target.base, '.landfall/format'), '2\n');
      expect((await looked(target)).ran.code).toBe(78);
    });

    test('a line of the journal torn by a power cut does not swallow the next', async () => {
      await deployed(target, 'r1');
      const file = join(target.base, '.landfall/journal.jsonl');
      writeFileSync(file, readFileSync(file, 'utf8') + '{"v":1,"tx":');
      await open(target, 'r2');
      expect(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).toMatch(/^\{"v":1,"tx":2,"e":"opened".*\}$/);
    });

    test('prune keeps what serves and what served before, whatever it is told', async () => {
      await deployed(target, 'r1');
      await deployed(target, 'r2');
      makeRelease(target, 'r3', firstRelease);
      writeFileSync(join(target.base, 'trees/r3'), '');
      const pruned = await runProgram(target, 'prune', {
        base: target.base,
        number: 2,
        what: 'releases',
        ids: ['r1', 'r2', 'r3', '../shared'],
      });
      expect(pruned).toMatchObject({ code: 0, stdout: 'deleted=r3\n' });
      expect(['r1', 'r2', 'r3'].map((id) => existsSync(join(target.base, 'releases', id)))).toEqual([
        true,
        true,
        false,
      ]);
      expect(existsSync(join(target.base, 'trees/r3'))).toBe(false);
    });

    test('status says what serves, what is open and how to take it back', async () => {
      await deployed(target, 'r1');
      await switched(target, 'r2');
      const { stdout } = await runResident(target, 'status');
      expect(stdout).toMatch(/^serves {7}r2$/m);
      expect(stdout).toMatch(/^transaction {2}t2 switched, not confirmed: undone by itself at \d\d:\d\d:\d\d /m);
      expect(stdout).toMatch(/^opened by {4}ann https:\/\/example.org\/runs\/7$/m);
      expect(stdout).toMatch(/^process {6}web \d+ on r2: ok$/m);
      expect(stdout).toContain(`take back    sh ${target.base}/.landfall/undo t2`);
    });

    test('what an undo brought back is not checked from outside, until somebody says that it is; a new transaction begins anew', async () => {
      const told = async (): Promise<boolean> =>
        /^checked {6}not from outside/m.test((await runResident(target, 'status')).stdout);
      const unchecked = async (): Promise<string> => answered((await looked(target)).ran, 'claim.checked');
      await deployed(target, 'r1');
      expect(await told()).toBe(false);
      await switched(target, 'r2');
      await undo('t2', 'failed');
      expect([await told(), await unchecked()]).toEqual([true, 'no']);
      expect(await runProgram(target, 'checked', { base: target.base, number: 1 })).toMatchObject({ code: 79 });
      expect(await told()).toBe(true);
      expect(await runProgram(target, 'checked', { base: target.base, number: 2 })).toMatchObject({ code: 0 });
      expect([await told(), await unchecked()]).toEqual([false, 'yes']);
      await deployed(target, 'r2');
      expect(await unchecked()).toBe('');
      await undo('t3');
      expect([await told(), await unchecked()]).toEqual([true, 'no']);
      await open(target, 'r1');
      expect([await told(), await unchecked()]).toEqual([false, '']);
    });

    test('look tells a process on another release, and one that is missing', async () => {
      await deployed(target, 'r1');
      symlinkSync('releases/r2', join(target.base, 'current.new'));
      await run(target, ['mv', '-T', join(target.base, 'current.new'), join(target.base, 'current')]);
      const { ran } = await looked(target);
      expect(ran.stdout).toMatch(/^process=web \d+ r1 stale$/m);
      expect(ran.stdout).toMatch(/^process=worker 0 - missing$/m);
    });
  });
