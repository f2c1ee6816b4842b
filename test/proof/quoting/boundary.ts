import { readFileSync } from 'node:fs';
import type { Argument } from '#host';
import { hostileBytes, hostileText, megabyte, sample } from '../hostile.ts';
import type { Tally } from '../tally.ts';
import { echo, echoed, grouped, through, type HostShell } from './shell.ts';

const common = readFileSync(new URL('../../../packages/remote/common.sh', import.meta.url), 'utf8');

const count = 10_000;
const large = 6;
/** Values that one program is given at once. */
const together = 100;

/** Every value, as argument and then as stdin, comes back byte for byte. */
export const provesBoundary = async (shells: readonly HostShell[], cwd: string, canary: string, counts: Tally) => {
  const small = sample(hostileText(canary), count / 2, 1);
  const torn = sample(hostileBytes(canary), count / 2 - large, 2);
  const groups: readonly (readonly Argument[])[] = [
    ...grouped<Argument>([...small, ...torn], together),
    ...Array.from({ length: large }, (_, at) => [megabyte(at)]),
  ];
  const values = groups.flat();
  for (const shell of shells) {
    for (const [at, args] of groups.entries()) {
      const body = Buffer.from(args.at(-1) as string);
      const ran = await through(shell, args, common + echo, { cwd, body });
      const wanted = echoed(args, body);
      if (ran.code === 0 && ran.out.equals(wanted)) counts.passed(args.length);
      else
        counts.held(`${shell.name}, group ${at}`, false, () => `exit ${ran.code ?? '?'}, ${differs(wanted, ran.out)}`);
    }
  }
  const empty = values.filter((value) => value.length === 0).length;
  counts.line(
    `quoting: ${values.length} values (${torn.length} of bytes, ${empty} empty, ${large} of 1 MB) through bootstrap and frame into ${shells.map(({ name }) => name).join(' and ')}`,
  );
};

/** Where two texts begin to differ. */
export const differs = (wanted: Buffer, got: Buffer): string => {
  const at = wanted.findIndex((byte, index) => got[index] !== byte);
  const cut = (bytes: Buffer) => JSON.stringify(bytes.subarray(Math.max(0, at - 20), at + 20).toString('latin1'));
  return `${wanted.length} bytes wanted, ${got.length} came, byte ${at}: ${cut(wanted)} became ${cut(got)}`;
};
