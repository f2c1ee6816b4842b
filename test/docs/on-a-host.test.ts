/** Documents about a host: each `$` line of their console blocks is run, in order, and must print what stands below it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { encode, grow } from '#evidence';
import { digestOfBytes } from '#plan';
import { programs, residentBody } from '#remote';
import type { Input, Output, ProgramName } from '#remote';
import { at, tested } from '../fakes/evidence.ts';
import { editTransaction, endProcesses } from '../kill/host.ts';
import { idle, makeRelease, makeTarget } from '../kill/target.ts';
import { needing } from '../lab/needs.ts';
import { runText } from '../lab/program-run.ts';
import { blocks } from './markdown.ts';

const documented = '/srv/app-landfall';
const documents = ['on-a-host', 'what-runs-on-your-server'];

/** `$ command`, then what it prints. */
const sessions = documents.flatMap((name) =>
  blocks(readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'), 'console').flatMap((body) =>
    body
      .trimEnd()
      .split(/^\$ /m)
      .slice(1)
      .map((session) => {
        const [command = '', ...printed] = session.trimEnd().split('\n');
        return { command, printed };
      }),
  ),
);

needing('flock', 'setsid', 'python3').describe('on a host', () => {
  const target = makeTarget(['sh'], undefined, mkdtempSync(join(tmpdir(), 'landfall-docs-')));
  const { base, path, searched } = target;
  const env = { PATH: searched };

  const run = async <P extends ProgramName>(name: P, input: Input<P>, body?: Buffer): Promise<Output<P>> => {
    const {
      text: program,
      args,
      out,
    } = programs[name] as unknown as {
      text: string;
      args: (input: Input<P>) => readonly string[];
      out: (stdout: Buffer) => Output<P>;
    };
    const { code, stdout, stderr } = await runText(['sh'], program, args(input), body, env);
    if (code !== 0) throw new Error(`${name} exited with ${code}: ${stderr}`);
    return out(stdout);
  };

  const deploy = async (release: string): Promise<void> => {
    const { seen } = await run('look', { base, path, python: 'python3', programs: [] });
    const url = 'https://github.com/OWNER/app/actions/runs/1234567890';
    const claim = ['driver=d', 'actor=ada', `url=${url}`, `release=${release}`];
    const opening = { base, path, seen, how: 'anew', kind: 'deploy', release, limit: 600, claim } as const;
    const { number } = await run('open', opening, residentBody);
    await run('switch', { base, number, release, limit: 60, within: 600, environmentFrom: '' });
    await run('confirm', { base, number });
  };

  beforeAll(async () => {
    makeRelease(target, '8d01e77-0c4a', { web: idle });
    makeRelease(target, '3f9c2ab-71de', { web: idle });
    await deploy('8d01e77-0c4a');
    editTransaction(target, 'number', '41');
    await deploy('3f9c2ab-71de');
    const release = '3f9c2ab-71de';
    const said = { at, run: { url: 'https://github.com/OWNER/app/actions/runs/1234567890', actor: 'ada' } };
    const chain = grow(
      grow(tested('3f9c2ab'.repeat(6).slice(0, 40)), { ...said, kind: 'deploy', release, transaction: 't42', host: 'deploy@example.org', target: 'production' }), // prettier-ignore
      { ...said, kind: 'smoke', release, passed: 2, failed: 0 },
    );
    const sum = digestOfBytes(encode(chain)).slice('sha256:'.length);
    await run('keep-evidence', { base, number: 42, release, sum }, Buffer.from(encode(chain)));
  }, 300_000);

  afterAll(() => {
    endProcesses(target);
    rmSync(dirname(base), { recursive: true, force: true });
  });

  needing().test(
    'prints what the document says',
    async () => {
      expect(sessions.length).toBeGreaterThan(5);
      // pids differ from host to host
      const plain = (line: string) => line.replaceAll(base, documented).replace(/^(process +\S+) \d+/, '$1 PID');
      // a busy watchdog may hold the mutex for a moment
      const noWaiting = (line: string): boolean => !line.startsWith('waiting for: ');
      const shell = async (command: string): Promise<string> =>
        (await runText(['sh'], `exec 2>&1\n${command.replaceAll(documented, base)}`, [], '', env)).stdout.toString();
      for (const { command, printed } of sessions) {
        // what a reboot ends
        if (command.endsWith(' recover'))
          await shell(`supervisorctl -c ${documented}/.landfall/run/supervisord.conf shutdown`);
        const got = (await shell(command)).trimEnd().split('\n').filter(noWaiting).map(plain);
        expect({ command, printed: got }).toEqual({ command, printed: printed.map(plain) });
      }
      expect(await shell(`sh ${documented}/.landfall/status`)).toMatch(/^process +web \d+ on 3f9c2ab-71de: ok$/m);
    },
    300_000,
  );
});
