/** `node test/proof/prove.ts NAME DIST`: one proof, in a process of its own. Its counts are sent to the process that started it. */
import { killedAtEveryLine } from '../kill/kill.ts';
import { badInput } from './bad-input.ts';
import { quoting } from './quoting.ts';
import { races } from './races.ts';
import { runnerKilled } from './runner-killed.ts';
import { secrets } from './secrets.ts';
import type { ProofEnd, ProofOptions } from './tally.ts';
import { zombies } from './zombie.ts';

const killed = async ({ show }: ProofOptions): Promise<ProofEnd> => {
  const { survived, failures } = await killedAtEveryLine({ show });
  return { passed: survived, failed: failures.length, failures: failures.map((one) => JSON.stringify(one)), lines: [] };
};

const proofs: Readonly<Record<string, (options: ProofOptions) => Promise<ProofEnd>>> = {
  quoting,
  'bad-input': badInput,
  secrets,
  races,
  zombies,
  'runner-killed': runnerKilled,
  'killed-at-every-line': killed,
};

const [, , name = '', dist = ''] = process.argv;
const prove = proofs[name];
if (prove === undefined) throw new Error(`there is no proof called ${name}`);
const show = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const { passed, failed, failures } = await prove({ show, dist });
for (const failure of failures) show(`✗ ${failure}`);
// what is still open must not hold it up
process.send?.({ passed, failed }, () => process.exit());
