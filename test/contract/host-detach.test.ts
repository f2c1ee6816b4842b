import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Session } from '#host';
import { startProxy, type Proxy } from '../lab/proxy.ts';
import { needing } from '../lab/needs.ts';
import { base, isAlive, key, optionsFor, removeBase, servers, session, sh, until, type Server } from './ssh-hosts.ts';

afterAll(removeBase);

const file = (name: string) => join(base, `${name}-${randomBytes(4).toString('hex')}`);
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const finish = { interrupt: 'finish' } as const;

describe.each(servers)('a program that must not be cut, behind $name', ({ name, needs, start }) => {
  const { test: it, missing } = needing(...needs, 'setsid', 'flock');
  let server: Server;
  let proxy: Proxy;
  let host: Session;
  let driver: string;
  beforeAll(async () => {
    if (missing.length > 0) return;
    server = await start();
    proxy = await startProxy(server.port);
    driver = randomBytes(6).toString('hex');
    host = await session({ ...server, port: proxy.port }, { driver });
  }, 300_000);
  afterAll(async () => {
    if (missing.length > 0) return;
    await host.close();
    await proxy.close();
    await server.close();
  });

  it(`${name}: is like any other to its caller, and leaves its output where only its user reads it`, async () => {
    const said: string[] = [];
    const program = sh('echo one >&2\nprintf "<%s>" "$@"\nprintf "no newline" >&2', finish);
    const result = await host.run('p', program, ['', "it's", 'a\nb'], { onLine: (line) => said.push(line) });
    expect(result).toEqual({ ok: true, value: "<><it's><a\nb>" });
    expect(said).toEqual(['one', 'no newline']);
    expect(await host.run('p', sh('echo why >&2\nexit 1', { ...finish, fault: 'SWITCH_FAILED' }), [])).toMatchObject({
      fault: { code: 'SWITCH_FAILED', what: 'why', said: ['why'] },
    });
    const steps = join(base, '.landfall/steps', driver);
    expect(statSync(steps).mode & 0o777).toBe(0o700);
    for (const entry of readdirSync(steps)) expect(statSync(join(steps, entry)).mode & 0o077).toBe(0);
    expect(readdirSync(steps).filter((entry) => /\.(sh|part)$/.test(entry))).toEqual([]);
    expect(readdirSync(steps).filter((entry) => entry.endsWith('.rc'))).toHaveLength(2);
  });

  it(`${name}: a network that is gone without a word is told as such when a limit is over, and the next program takes another connection`, async () => {
    const out = file('silent');
    const before = proxy.connections();
    const running = host.run('p', sh('echo begun >"$1"\nsleep 60', { limitMs: 20_000 }), [out]);
    await until(() => read(out) !== '');
    proxy.freeze();
    expect(await running).toMatchObject({
      fault: {
        code: 'SSH_LOST',
        what: 'the connection was lost during `p`: the host gives no answer over it any more',
      },
    });
    proxy.thaw();
    expect(await host.run('p', sh('echo "$1"'), ['again'])).toMatchObject({ ok: true });
    expect(proxy.connections()).toBe(before + 1);
  });

  it(`${name}: has its limit on the host, and a death of its own`, async () => {
    const slow = sh('sleep 60 &\nwait', { ...finish, limitMs: 1000 });
    expect(await host.run('p', slow, [])).toMatchObject({ fault: { code: 'PROGRAM_TIMEOUT' } });
    const killed = sh('kill -KILL $$', finish);
    expect(await host.run('p', killed, [])).toMatchObject({ fault: { code: 'PROGRAM_DIED' } });
    const vanished = sh('kill -KILL "$(ps -o ppid= -p "$PPID" | tr -d " ")" "$PPID" $$', finish);
    expect(await host.run('p', vanished, [])).toMatchObject({ fault: { code: 'PROGRAM_DIED' } });
  });

  it(`${name}: goes on after a cancel of its caller`, async () => {
    const done = file('done');
    const begun = file('begun');
    const cancel = new AbortController();
    const go = file('go');
    const program = sh('touch "$1"\nuntil [ -e "$3" ]; do sleep 0.1; done\ntouch "$2"', finish);
    const running = host.run('p', program, [begun, done, go], { signal: cancel.signal });
    await until(() => existsSync(begun));
    cancel.abort();
    expect(await running).toMatchObject({ fault: { code: 'CANCELLED', what: expect.stringContaining('goes on') } });
    expect(existsSync(done)).toBe(false);
    writeFileSync(go, '');
    await until(() => existsSync(done));
  });

  it(`${name}: is followed again after a lost connection, with each line once, and started once`, async () => {
    const starts = file('starts');
    const said: string[] = [];
    const program = sh(
      'echo start >>"$1"\nfor n in 1 2 3 4 5 6 7 8 9 10 11 12; do\necho "line $n" >&2\nsleep 0.1\ndone\necho out',
      finish,
    );
    const running = host.run('p', program, [starts], { onLine: (line) => said.push(line) });
    await until(() => said.includes('line 3'));
    await proxy.pause();
    await until(() => proxy.live() === 0);
    await proxy.resume();
    expect(await running).toEqual({ ok: true, value: 'out\n' });
    expect(said).toEqual(Array.from({ length: 12 }, (_, n) => `line ${n + 1}`));
    expect(read(starts)).toBe('start\n');
  });

  it(`${name}: is started once, at whatever byte the connection is cut`, async () => {
    for (const bytes of [1, 600, 1200, 1800, 2400, 3000, 3600, 4200, 4800]) {
      const starts = file('starts');
      const other = await session({ ...server, port: proxy.port });
      proxy.cutAfter(bytes);
      const result = await other.run('p', sh('echo start >>"$1"\necho out', finish), [starts]);
      expect(result).toEqual({ ok: true, value: 'out\n' });
      expect(read(starts)).toBe('start\n');
      proxy.cutAfter(Infinity);
      await other.close();
    }
  }, 300_000);

  it(`${name}: survives the death of the process that runs it`, async () => {
    const own = file('client');
    const begun = file('begun');
    const done = file('done');
    const go = file('go');
    mkdirSync(base, { recursive: true });
    const options = { ...optionsFor(server), key: { privateKey: key.privateKey } };
    writeFileSync(`${own}.ts`, [
      `import { openSession } from ${JSON.stringify(join(process.cwd(), 'packages/host/index.ts'))};`,
      `const host = await openSession(${JSON.stringify(options)});`,
      `await host.value.run('p', { text: ${JSON.stringify(sh('touch "$1"\nuntil [ -e "$3" ]; do sleep 0.1; done\ntouch "$2"').text)}, interrupt: 'finish', limitMs: 240000,`,
      `  args: (a) => a, out: String, fault: 'PROGRAM_FAILED', next: '' }, [${JSON.stringify(begun)}, ${JSON.stringify(done)}, ${JSON.stringify(go)}]);`,
    ].join('\n'), { mode: 0o600 }); // prettier-ignore
    const client: ChildProcess = spawn(process.execPath, [`${own}.ts`], { stdio: 'inherit' });
    await until(() => existsSync(begun));
    client.kill('SIGKILL');
    await until(() => client.pid === undefined || !isAlive(client.pid));
    expect(existsSync(done)).toBe(false);
    writeFileSync(go, '');
    await until(() => existsSync(done));
  }, 300_000);
});
