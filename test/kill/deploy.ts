import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manager } from '#plan';
import { residentBody } from '../../packages/remote/transaction-programs.ts';
import { runProgram, type Ran, type Target } from './target.ts';

const claimOf = (driver: string): readonly string[] => [
  `driver=${driver}`,
  'token=t',
  'repository=o/r',
  'run=7',
  'attempt=1',
  'run_number=3',
  'workflow=w',
  'actor=ann',
  'url=https://example.org/runs/7',
  'commit=abc',
];

/** `key=value` lines of an answer. */
export const answered = ({ stdout }: Ran, key: string): string =>
  new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';

/** What look says, and the SEEN of it. */
export const looked = async (
  target: Target,
): Promise<{ readonly ran: Ran; readonly seen: string; readonly phase: string; readonly driver: string }> => {
  const ran = await runProgram(target, 'look', {
    base: target.base,
    path: target.path,
    python: 'no-python',
    programs: ['flock'],
  });
  const [phase, driver] = [answered(ran, 'phase'), answered(ran, 'driver')];
  return { ran, seen: [answered(ran, 'number'), phase, driver, answered(ran, 'beat')].join(':'), phase, driver };
};

export const openInput = (
  target: Target,
  release: string,
  {
    how = 'anew',
    seen,
    driver = 'd1',
  }: { readonly how?: 'anew' | 'again'; readonly seen: string; readonly driver?: string },
) => ({
  base: target.base,
  path: target.path,
  seen,
  how,
  kind: 'deploy' as const,
  release,
  limit: 1800,
  claim: claimOf(driver),
});

/** Looks, and opens a transaction as an action would: an own one is taken up again. */
export const open = async (target: Target, release: string, driver = 'd1'): Promise<Ran> => {
  const at = await looked(target);
  const how = at.driver === driver && ['open', 'switched'].includes(at.phase) ? 'again' : 'anew';
  return runProgram(target, 'open', openInput(target, release, { how, seen: at.seen, driver }), {
    stdin: residentBody,
  });
};

export const switchInput = (
  target: Target,
  number: number,
  release: string,
  {
    within = 600,
    environmentFrom = '',
    manager,
  }: { readonly within?: number; readonly environmentFrom?: string; readonly manager?: Manager | undefined } = {},
) => ({ base: target.base, number, release, limit: 600, within, environmentFrom, manager });

const good = (ran: Ran): Ran => {
  if (ran.code !== 0) throw new Error(`a step of the preparation failed with ${ran.code}: ${ran.stderr}`);
  return ran;
};

/** Opens and switches. Gives the transaction's number. */
export const switched = async (target: Target, release: string, manager?: Manager): Promise<number> => {
  const number = Number(answered(good(await open(target, release)), 'number'));
  good(await runProgram(target, 'switch', switchInput(target, number, release, { manager })));
  return number;
};

/** A whole deploy. Gives the transaction's number. */
export const deployed = async (target: Target, release: string, manager?: Manager): Promise<number> => {
  const number = await switched(target, release, manager);
  if (existsSync(join(target.base, 'releases', release, '.landfall/hooks/after-switch')))
    good(await runProgram(target, 'hook', { base: target.base, number, moment: 'after-switch', limit: 60 }));
  good(await runProgram(target, 'confirm', { base: target.base, number }));
  return number;
};
