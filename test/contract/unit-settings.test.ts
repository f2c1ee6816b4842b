import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { resolveTarget } from '#config';
import { rootProgram } from '../kill/host.ts';
import { eachShell, runText } from '../lab/program-run.ts';

/** Values of each key: the least and the most that landfall.yml takes. */
const extremes: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  MemoryMax: ['0M', '9999999M'],
  MemoryHigh: ['1M', '9999999M'],
  MemorySwapMax: ['0M', '9999999M'],
  CPUQuota: ['1%', '9999%'],
  CPUWeight: [1, 100],
  IOWeight: [1, 100],
  TasksMax: [1, 99_999],
  Nice: [0, 19],
  OOMScoreAdjust: [0, 1000],
  NoNewPrivileges: [true],
  PrivateTmp: [true],
};

const linesOf = (key: string, value: string | number | boolean): readonly string[] | undefined => {
  const text = `hosts: { ssh: a@b }
path: /srv/app
services: { web: { command: gunicorn x, drain: 10m, unit: { ${key}: ${String(value)} } } }
`;
  const { target } = resolveTarget({ text, file: 'landfall.yml', overrides: {} });
  return target?.services[0]?.unit;
};

eachShell(
  'settings of units in landfall.yml',
  (shell) => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'landfall-settings-'));
      mkdirSync(join(dir, 'a/home/.config/systemd/system'), { recursive: true });
      writeFileSync(join(dir, 'systemctl'), '#!/bin/sh\n', { mode: 0o755 });
    });
    afterAll(() => {
      rmSync(dir, { recursive: true });
    });

    test('are those that root’s program knows, to the last number', async () => {
      for (const [key, values] of Object.entries(extremes))
        for (const value of values) {
          const lines = linesOf(key, value);
          expect(lines).toEqual([`${key}=${value === true ? 'yes' : String(value)}`]);
          const env = { PATH: `${dir}:/usr/bin:/bin`, HOME: join(dir, 'a/home') };
          const request = ['units', '[web]', 'TimeoutStopSec=600', ...(lines ?? []), ''].join('\n');
          expect(await runText(shell, rootProgram(), [], request, env)).toMatchObject({ code: 0, stderr: '' });
          const folder = join(dir, 'a/home/.config/systemd/system');
          expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
            expect.stringContaining(`\nTimeoutStopSec=600\n${lines?.[0] ?? ''}\nUser=`),
          ]);
        }
    });
  },
  'flock',
);
