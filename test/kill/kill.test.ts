import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest } from '@jest/globals';
import { needing } from '../lab/needs.ts';
import { killedAtEveryLine } from './kill.ts';
import { transactionScenarios } from './transaction-scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { Target } from './target.ts';

const scenario = (name: string): Scenario => {
  const found = transactionScenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no scenario '${name}'`);
  return found;
};

/** The scenario with a line of its program replaced. */
const with_ = (name: string, line: string, instead: string): Scenario => {
  const one = scenario(name);
  if (!one.text.includes(line)) throw new Error(`the program has no line '${line}'`);
  return { ...one, text: one.text.replace(line, instead) };
};

const play = (one: Scenario) =>
  killedAtEveryLine({
    show: () => undefined,
    shells: [['dash']],
    scenarios: [{ ...one, from: 'point() {', to: 'up() {' }],
    lanes: 1,
  });

// Whole runs are the proof's. Here: that they would see a program that is not safe to kill.
needing('dash', 'flock', 'python3').describe('killed at every line', () => {
  jest.setTimeout(600_000);
  const name = 'switch, with the environment carried over';

  needing().test('the programs as they are survive', async () => {
    const { reached, survived, killed, unforeseen, failures } = await play(scenario(name));
    expect(failures).toEqual([]);
    expect(reached).toBeGreaterThan(4);
    expect(survived).toBe(reached);
    expect(killed).toBeGreaterThan(2);
    // a kill leaves what was seen while the program was held, but for what works beside: it is not always equally far
    expect(unforeseen).toBeLessThanOrEqual(1);
  });

  needing().test('a switch that changes what serves before it has said so is caught', async () => {
    const { failures } = await play(with_(name, '  put phase=switching', '  : put phase=switching'));
    expect(failures.map(({ how }) => how)).toContain('recover (exit 0)');
  });

  needing().test('a link that is absent for a moment is caught', async () => {
    const { failures } = await play(
      with_(
        name,
        '  mv -T "$base/current.new" "$base/current" || return 1',
        '  rm "$base/current"\n  mv -T "$base/current.new" "$base/current" || return 1',
      ),
    );
    expect(failures.map(({ how }) => how)).toContain('current is absent');
  });

  const journal = '.landfall/journal.jsonl';
  /** Writes twelve lines where nobody sees them, and a file. These come first. */
  const writing = (...lines: readonly string[]): Scenario => ({
    name: 'one that writes what is not seen',
    before: ({ base }: Target) => {
      mkdirSync(join(base, '.landfall'), { recursive: true });
      writeFileSync(join(base, journal), '');
    },
    text: `main() {\n  cd "$1"\n${[...lines, ...Array<string>(12).fill(`echo >>${journal}`), 'echo >done'].map((line) => `  ${line}\n`).join('')}}\nmain "$@"\n`,
    args: ({ base }) => [base],
  });
  const whatIsSaid = async (one: Scenario) => {
    const shown: string[] = [];
    const { failures } = await killedAtEveryLine({
      show: (line) => shown.push(line),
      shells: [['dash']],
      scenarios: [one],
      lanes: 1,
    });
    return { shown: shown.join('\n'), hows: failures.map(({ how }) => how) };
  };

  needing().test('a state that is known is judged anew now and then', async () => {
    const { hows } = await whatIsSaid(writing(`[ "$(wc -l <${journal})" -lt 5 ] || echo >wrong`));
    expect(hows).toContain('the same state was mended before');
  });

  needing().test('a program that ends otherwise when it is held is named', async () => {
    const { shown, hows } = await whatIsSaid(writing('! command -v _at || echo >held'));
    expect(shown).toContain('; held, it ended otherwise: ');
    expect(hows).toEqual([]);
    expect((await whatIsSaid(writing())).shown).not.toContain('otherwise');
  });

  needing().test('a proof that sees something else than kills leave fails', async () => {
    const { hows } = await whatIsSaid(writing('[ ! -e done ] || exit 0', '! command -v _at || { echo >held; trap "rm held" EXIT; }')); // prettier-ignore
    expect(hows).toEqual([expect.stringMatching(/^1\d kills, 1\d of them left something else/)]);
  });
});
