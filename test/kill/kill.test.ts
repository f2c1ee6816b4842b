import { expect, jest } from '@jest/globals';
import { needing } from '../lab/needs.ts';
import { killedAtEveryLine } from './kill.ts';
import { transactionScenarios } from './transaction-scenarios.ts';
import type { Scenario } from './scenario.ts';

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
  jest.setTimeout(120_000);
  const name = 'switch, with the environment carried over';

  needing().test('the programs as they are survive', async () => {
    const { reached, survived, killed, unforeseen, failures } = await play(scenario(name));
    expect(failures).toEqual([]);
    expect(reached).toBeGreaterThan(4);
    expect(survived).toBe(reached);
    expect(killed).toBeGreaterThan(2);
    // a kill leaves what was seen while the program was held
    expect(unforeseen).toBe(0);
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
});
