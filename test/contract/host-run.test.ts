import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { openHost, type Session } from '#host';
import { needing } from '../lab/needs.ts';
import {
  base,
  isAlive,
  optionsFor,
  removeBase,
  servers,
  session,
  sh,
  unlessLost,
  until,
  type Server,
} from './ssh-hosts.ts';

afterAll(removeBase);

describe.each(servers)('a host behind $name', ({ name, needs, start }) => {
  const { test: it, missing } = needing(...needs);
  let server: Server;
  let host: Session;
  beforeAll(async () => {
    if (missing.length > 0) return;
    server = await start();
    host = await session(server);
  });
  afterAll(async () => {
    if (missing.length > 0) return;
    await host.close();
    await server.close();
  });

  it(`${name}: gives a program its arguments, and returns what it prints and says`, async () => {
    const said: string[] = [];
    const values = ['', '-n', "it's", '$(id) `id` "x"', 'a\nb\n', 'ü 🚢'];
    const program = sh('printf "<%s>" "$@"\nprintf "one\\ntwo" >&2');
    const result = await host.run('p', program, values, { onLine: (line) => said.push(line) });
    expect(result).toEqual({ ok: true, value: values.map((value) => `<${value}>`).join('') });
    expect(said).toEqual(['one', 'two']);
  });

  it(`${name}: turns exit codes into faults, with the last lines said`, async () => {
    const program = sh('seq 1 30 >&2\nexit "$1"', { fault: 'MIGRATE_FAILED', next: 'mend it' });
    const ended = async (code: string) => {
      const result = await host.run('p', program, [code]);
      return result.ok ? undefined : result.fault;
    };
    expect(await ended('0')).toBeUndefined();
    expect(await ended('1')).toMatchObject({
      code: 'MIGRATE_FAILED',
      step: 'p',
      what: '30',
      next: 'mend it',
      said: expect.arrayContaining(['21', '30']),
    });
    expect((await ended('1'))?.said).toHaveLength(10);
    expect(await ended('75')).toMatchObject({ code: 'TX_BUSY' });
    expect(await ended('79')).toMatchObject({ code: 'TX_FENCED' });
    expect(await ended('7')).toMatchObject({ code: 'PROGRAM_FAILED' });
    expect(await ended('137')).toMatchObject({ code: 'PROGRAM_DIED' });
  });

  it(`${name}: tells a killed program, one that prints nonsense, and one without end from a failing one`, async () => {
    expect(await host.run('p', sh('kill -KILL $$'), [])).toMatchObject({ fault: { code: 'PROGRAM_DIED' } });
    const nonsense = sh('echo x', { out: () => { throw new Error('no number'); } }); // prettier-ignore
    expect(await host.run('p', nonsense, [])).toMatchObject({
      fault: { code: 'PROGRAM_FAILED', what: expect.stringContaining('no number') },
    });
    const endless = await unlessLost(() => host.run('p', sh('sleep 60', { limitMs: 300 }), []));
    expect(endless).toMatchObject({ fault: { code: 'PROGRAM_TIMEOUT' } });
    expect(await host.run('p', sh('echo "$1"'), ['a\0b'])).toMatchObject({ fault: { code: 'INPUT_INVALID' } });
  });

  it(`${name}: passes on big outputs of both streams`, async () => {
    let heard = 0;
    const program = sh('head -c 6000000 /dev/zero | tr "\\0" o &\nyes 1234567 | head -n 750000 >&2\nwait', {
      out: (stdout) => String(stdout.length),
    });
    const result = await host.run('p', program, [], { onLine: (line) => { heard += line.length + 1; } }); // prettier-ignore
    expect(result).toEqual({ ok: true, value: '6000000' });
    expect(heard).toBe(6_000_000);
  });

  it(`${name}: sends 20 MB of bytes unchanged, from a buffer and from a stream`, async () => {
    const bytes = randomBytes(20_000_000);
    const sum = createHash('sha256').update(bytes).digest('hex');
    for (const body of [
      bytes,
      Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 9_000_001), bytes.subarray(9_000_001)]),
    ])
      expect(await host.run('p', sh('sha256sum'), [], { body })).toEqual({ ok: true, value: `${sum}  -\n` });
  });

  it(`${name}: prefers the exit code of a program that leaves its stdin unread`, async () => {
    const body = Buffer.alloc(8_000_000);
    expect(await host.run('p', sh('exit 79'), [], { body })).toMatchObject({ fault: { code: 'TX_FENCED' } });
  });

  it(`${name}: ends a program whose stdin cannot be read here, before it could take it for whole`, async () => {
    const marker = join(base, `whole-${randomBytes(4).toString('hex')}`);
    const body = Readable.from((async function* () { yield Buffer.from('half'); await Promise.resolve(); throw new Error('disk'); })()); // prettier-ignore
    const result = await host.run('p', sh('cat >/dev/null\ntouch "$1"'), [marker], { body });
    expect(result).toMatchObject({ fault: { code: 'INTERNAL', what: expect.stringContaining('disk') } });
    expect(() => readFileSync(marker)).toThrow();
  });

  it(`${name}: ends the whole process group on a cancel, one that will not go included`, async () => {
    const file = join(base, `pids-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, '');
    const program = sh('sleep 300 >/dev/null 2>&1 &\necho "$$ $!" >"$1"\nwait');
    const cancel = new AbortController();
    const running = host.run('p', program, [file], { signal: cancel.signal });
    await until(() => readFileSync(file, 'utf8') !== '');
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    cancel.abort();
    expect(await running).toMatchObject({ fault: { code: 'CANCELLED' } });
    await until(() => !pids.some(isAlive));
    expect(await host.run('p', sh('echo "$1"'), ['still here'])).toMatchObject({ value: 'still here\n' });
  });

  it(`${name}: kills what ignores TERM`, async () => {
    const file = join(base, `stubborn-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, '');
    const cancel = new AbortController();
    const program = sh('trap "" TERM\necho "$$" >"$1"\nwhile :; do sleep 1; done');
    const running = host.run('p', program, [file], { signal: cancel.signal });
    await until(() => readFileSync(file, 'utf8') !== '');
    cancel.abort();
    expect(await running).toMatchObject({ fault: { code: 'CANCELLED' } });
    await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
  });

  it(`${name}: ends a program when the connection goes, and leaves what it put into a session of its own`, async () => {
    const file = join(base, `lost-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, '');
    const other = await session(server);
    // who says its number has a session of its own by then
    const program = sh('setsid sh -c \'echo "$$" >>"$1"; exec sleep 300\' sh "$1" </dev/null >/dev/null 2>&1 &\nuntil [ -s "$1" ]; do sleep 0.01; done\necho "$$" >>"$1"\nsleep 300'); // prettier-ignore
    const running = other.run('p', program, [file]);
    await until(() => readFileSync(file, 'utf8').split('\n').length === 3);
    const [detached, own] = readFileSync(file, 'utf8').trim().split('\n').map(Number) as [number, number];
    await other.close();
    expect(await running).toMatchObject({ fault: { code: 'SSH_LOST' } });
    await until(() => !isAlive(own));
    expect(isAlive(detached)).toBe(true);
    process.kill(detached);
  });

  it(`${name}: leaks no channel in 30 runs, nor with 12 at once`, async () => {
    for (let run = 0; run < 30; run += 1)
      expect(await host.run('p', sh('echo "$1"'), [String(run)])).toEqual({ ok: true, value: `${run}\n` });
    const many = await Promise.all(
      Array.from({ length: 12 }, (_, n) => host.run('p', sh('sleep 0.1\necho "$1"'), [String(n)])),
    );
    expect(many.map((one) => one.ok && one.value)).toEqual(Array.from({ length: 12 }, (_, n) => `${n}\n`));
  });

  it(`${name}: runs the programs of the table`, async () => {
    const input = { base: '/nowhere', path: '/nowhere/app', python: 'python3', programs: [] };
    const opened = await openHost(optionsFor(server));
    if (!opened.ok) throw new Error(opened.fault.what);
    expect(opened.value.name).toBe(`${server.user}@127.0.0.1:${server.port}`);
    expect((await opened.value.run('look', input)).ok).toBe(true);
    await opened.value.close();
    expect(await opened.value.run('look', input)).toMatchObject({
      fault: { code: 'SSH_LOST' },
    });
  });
});
