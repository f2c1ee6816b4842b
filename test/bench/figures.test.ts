import { expect, test } from '@jest/globals';
import { goals, median, profile, table, verdicts } from './figures.ts';
import type { Go, Goes } from './figures.ts';

const go = (answer: number, more: Partial<Go> = {}): Go => ({
  start: 100,
  answer,
  tail: 10,
  wall: answer + 110,
  ...more,
});

const goes: Goes = {
  0: {
    'landfall incremental': [go(2000, { prepared: 500 }), go(1000, { prepared: 400 }), go(9000, { prepared: 450 })],
    'landfall unchanged': [go(500)],
    'landfall rollback': [go(1500)],
    'landfall under load': [go(1, { gap: 1600 }), go(1, { gap: 1400 }), go(1, { gap: 1499 })],
    'capistrano incremental': [go(7000), go(5000), go(6000)],
    'capistrano unchanged': [go(1400)],
    'capistrano rollback': [go(4500)],
    floor: [go(400), go(300), go(350)],
  },
  80: {
    'landfall incremental': [go(3000, { prepared: 1300 })],
    'landfall unchanged': [go(1000)],
    'landfall rollback': [go(2600)],
    'capistrano incremental': [go(18_000)],
    'capistrano unchanged': [go(5000)],
    'capistrano rollback': [go(16_000)],
    floor: [go(1000)],
  },
};

test('a median is what stands in the middle', () => {
  expect(median([9, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
});

test('the table has a row for each thing at each distance', () => {
  const lines = table(goes);
  expect(lines).toHaveLength(2 + 15);
  expect(lines).toContain('| landfall incremental | 0 ms | 100 |  | 450 | 2000 | 10 | ±200 % |');
  expect(lines).toContain('| floor | 80 ms | 100 |  |  | 1000 | 10 | ±0 % |');
});

test('the profile has the medians of steps', () => {
  const steps = { connect: 50, look: 200 };
  const some: Goes = {
    0: { 'landfall incremental': [go(1, { steps }), go(1, { steps: { ...steps, look: 100 } })] },
    80: { 'landfall incremental': [go(1, { steps: { connect: 500 } })] },
  };
  expect(profile(some).slice(2)).toEqual(['| connect | 50 | 500 |', '| look | 150 |  |']);
});

test('goals are judged by medians, and a missed one is said to be missed', () => {
  expect(verdicts(goes, 1000).map(({ goal, came, met }) => `${met ? 'met' : 'missed'} ${goal}: ${came}`)).toEqual([
    'met incremental, 0 ms, to the first proven answer: 3.0 times as fast',
    'met incremental, 80 ms, to the first proven answer: 6.0 times as fast',
    'missed unchanged, 0 ms, to the first proven answer: 2.8 times as fast',
    'missed unchanged, 80 ms, to the first proven answer: 5.0 times as fast',
    'met rollback, 0 ms, to the first proven answer: 3.0 times as fast',
    'met rollback, 80 ms, to the first proven answer: 6.2 times as fast',
    'met connect to prepared, 0 ms: 1.29 of it',
    'met connect to prepared, 80 ms: 1.30 of it',
    'met rollback, 0 ms, to the first proven answer: 500 ms more',
    'missed rollback, 80 ms, to the first proven answer: 1600 ms more',
    "met a restart's gap under 100 requests/s, 0 ms: 499 ms more",
    // of the first round: there is only one at 80 ms
    'met the whole deploy at 80 ms less the same at 0 ms, connecting included: 12.5 × 80 ms',
  ]);
});

test('each goal is a row with the figures that it is judged by', () => {
  const [, , incremental = '', , , , rolledBack = ''] = goals(verdicts(goes, 1000));
  expect(incremental).toBe(
    '| incremental, 0 ms, to the first proven answer | 2000 ms | Capistrano 6000 ms | 3.0 times as fast | 3 times | met |',
  );
  expect(rolledBack).toContain('| 1500 ms | Capistrano 4500 ms |');
  expect(goals(verdicts(goes, 1000)).at(-2)).toBe(
    "| a restart's gap under 100 requests/s, 0 ms | 1499 ms (1400 to 1600) | boot 1000 ms | 499 ms more | at most 500 ms more | met |",
  );
});

test('the distance is judged round by round: a slow round is slow at both', () => {
  const walls = (near: number, far: number) => ({ near: go(1, { wall: near }), far: go(1, { wall: far }) });
  const rounds = [walls(5000, 6000), walls(9000, 10_200), walls(7000, 8100)];
  const both: Goes = {
    0: { 'landfall incremental': rounds.map(({ near }) => near) },
    80: { 'landfall incremental': rounds.map(({ far }) => far) },
  };
  expect(verdicts(both, 0).at(-1)).toMatchObject({ landfall: '1100 ms (1000 to 1200)', met: true });
});

test('what was not measured is no goal that is met', () => {
  expect(verdicts({ 0: {}, 80: {} }, 0).filter(({ met }) => met)).toEqual([]);
});
