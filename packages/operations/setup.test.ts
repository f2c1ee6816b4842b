import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Failure } from '#fault';
import type { Fault } from '#fault';
import { foundOn } from '../../test/fakes/found.ts';
import { targetOf } from '../../test/fakes/scene.ts';
import { bareKey, generateKey } from '../../test/lab/keys.ts';
import { needing } from '../../test/lab/needs.ts';
import { masksOf } from '../kit/secrets.ts';
import { neededPrograms, nothingMore, preflight } from './preflight.ts';
import { withSetup } from './setup.ts';

const { privateKey, publicKey } = generateKey('somebody');
const place = { 'ssh-key': privateKey, 'ssh-key-passphrase': undefined };
const programs = new Map(neededPrograms(targetOf()).map((name) => [name, `/usr/bin/${name}`]));

const failure = (over: Partial<Fault>): Failure => new Failure({ code: 'PREFLIGHT', what: 'x', next: 'y', ...over });

/** What preflight says of a host. */
const lacking = (over: Parameters<typeof foundOn>[0], target = targetOf()): Failure => {
  const result = preflight(foundOn({ programs, ...over }), target, nothingMore(target));
  return new Failure(result.ok ? { code: 'INTERNAL', what: 'nothing is missing', next: '' } : result.fault);
};

/** The values at the beginning of the script; none: there is no script. */
const valuesIn = (one: Failure | undefined): readonly string[] =>
  one?.fault.setup?.match(/^(?:user|key|path|base|python|manager|domains)='.*'$/gm) ?? [];

describe('the setup script comes with', () => {
  const own = [
    "user='deploy'",
    `key='${bareKey(publicKey)} deploy'`,
    "path='/srv/app'",
    "base='/srv/app-landfall'",
    "python='python3'",
    "manager=''",
    "domains=''",
  ];

  test.each([
    ['a link in a folder of root’s', { parent: { path: '/srv', writable: false } }],
    ['a base in a folder of root’s', { baseNearest: { path: '/srv', writable: false } }],
    ['a missing supervisor', { programs: new Map([...programs, ['supervisord', '']]) }],
    ['a systemd that does not live on', { servicesUnder: 'systemd' }],
    ['a system that has no units for the deploy user', { servicesUnder: 'system', systemUnits: false }],
  ] as const)('%s', async (_, over) => {
    expect(valuesIn(await withSetup(lacking(over), targetOf(), place))).toEqual(own);
  });

  test('a login that is refused', async () => {
    const refused = failure({ code: 'SSH_REFUSED', host: 'deploy@example.org' });
    const target = targetOf({ manager: 'systemd' });
    expect(valuesIn(await withSetup(refused, target, place))).toEqual([
      ...own.slice(0, -2),
      "manager='systemd'",
      "domains=''",
    ]);
  });

  test('no key where an agent has it', async () => {
    const agent = { 'ssh-key': undefined, 'ssh-key-passphrase': undefined };
    const one = await withSetup(lacking({ parent: { path: '/srv', writable: false } }), targetOf(), agent);
    expect(valuesIn(one)).toContain("key=''");
  });
});

describe('no setup script comes with', () => {
  test.each([
    ['what the user mends', lacking({ free: { bytes: 1, inodes: 0 } })],
    ['something in the way', lacking({ path: 'file' })],
    ['another fault', failure({ code: 'TX_BUSY' })],
    ['a login that a jump host refuses', failure({ code: 'SSH_REFUSED', host: 'jump@bastion' })],
    ['a defect', new Error('x')],
  ])('%s', async (_, thrown) => {
    expect(await withSetup(thrown, targetOf(), place)).toBeUndefined();
  });

  test('what is to be adopted: the directory at path would be in its way', async () => {
    const refused = failure({ code: 'SSH_REFUSED', host: 'deploy@example.org' });
    expect(await withSetup(refused, targetOf({ adopt: true }), place)).toBeUndefined();
  });
});

test('nothing that the host says is part of it', async () => {
  const user = "x'; touch /made; '";
  const one = await withSetup(lacking({ user, parent: { path: '/srv', writable: false } }), targetOf(), place);
  expect(valuesIn(one)).toHaveLength(7);
  expect(one?.fault.setup).not.toContain('touch /made');
});

describe('a key of any kind is shown whole, though lines of its file are masked:', () => {
  const kinds = [
    ['-t', 'ed25519'],
    ['-t', 'rsa', '-b', '2048'],
    ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
    ['-t', 'ecdsa'],
    ['-t', 'ecdsa', '-b', '521'],
  ];
  for (const words of kinds)
    needing('ssh-keygen').test(words.join(' '), async () => {
      const dir = mkdtempSync(join(tmpdir(), 'landfall-key-'));
      const file = join(dir, 'key');
      execFileSync('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', file, ...words]);
      const key = readFileSync(file, 'utf8');
      const half = readFileSync(`${file}.pub`, 'utf8').trim();
      rmSync(dir, { recursive: true });
      const refused = failure({ code: 'SSH_REFUSED', host: 'deploy@example.org' });
      const { setup = '' } = (await withSetup(refused, targetOf(), { ...place, 'ssh-key': key }))?.fault ?? {};
      expect(setup.replaceAll("'\\\n'", '')).toContain(`\nkey='${half} deploy'\n`);
      expect(masksOf(key).filter((mask) => setup.includes(mask))).toEqual([]);
    });
});
