import { createHash } from 'node:crypto';
import { transport } from '#remote';
import type { Attempt, Ending } from './attempt.ts';
import { words } from './frame.ts';
import type { Lines } from './lines.ts';

/** A program that runs on without us. */
export type Detached = {
  /** `<base>/.landfall/steps/<driver>`. */
  readonly steps: string;
  /** Unique below `steps`: a name that has begun is never started again. */
  readonly step: string;
  readonly args: readonly string[];
  readonly text: string;
  readonly limitMs: number;
};

/** What to run so that the program is started, if it was not, and followed from where `prose` stopped. */
export const following = (what: Detached, prose: Lines): Omit<Attempt, 'signal'> => {
  const body = Buffer.concat([Buffer.from('set -- '), words(what.args), Buffer.from(`\n${what.text}`)]);
  const sum = createHash('sha256').update(body).digest('hex');
  const limit = Math.max(1, Math.ceil(what.limitMs / 1000));
  return {
    args: [what.steps, what.step, String(prose.bytes()), String(limit), String(body.length), sum],
    text: transport.detach,
    body,
    prose,
  };
};

/** The end of the detached program, told by the end of following it. */
export const endingOf = (followed: Ending): Ending => {
  if (followed.kind !== 'exit' || followed.code !== 0) return followed;
  const at = followed.stdout.indexOf(10);
  const rc = /^rc=(\d+|died|none)$/.exec(followed.stdout.subarray(0, at).toString('latin1'))?.[1];
  if (rc === undefined || rc === 'none') return { kind: 'exit', code: 73, stdout: Buffer.alloc(0) };
  if (rc === 'died') return { kind: 'killed', signal: 'KILL' };
  if (rc === '124') return { kind: 'timeout' };
  return { kind: 'exit', code: Number(rc), stdout: followed.stdout.subarray(at + 1) };
};
