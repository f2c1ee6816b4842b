import { expect, test } from '@jest/globals';
import { median, profile, table, verdicts } from './figures.ts';
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
  expect(lines).toHaveLength(2 + 14);
  expect(lines).toContain('| landfall incremental | 0 ms | 100 | 450 | 2000 | 10 | ±200 % |');
  expect(lines).toContain('| floor | 80 ms | 100 |  | 1000 | 10 | ±0 % |');
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
  expect(verdicts(goes, 1000).map(({ goal, met }) => `${met ? 'met' : 'missed'} ${goal}`)).toEqual([
    'met incremental, 0 ms: 3.0 times as fast as Capistrano (goal: 3)',
    'met incremental, 80 ms: 6.0 times as fast as Capistrano (goal: 6)',
    'missed unchanged, 0 ms: 2.8 times as fast as Capistrano (goal: 3)',
    'missed unchanged, 80 ms: 5.0 times as fast as Capistrano (goal: 6)',
    'met rollback, 0 ms: 3.0 times as fast as Capistrano (goal: 3)',
    'met rollback, 80 ms: 6.2 times as fast as Capistrano (goal: 6)',
    'met connect to prepared, 0 ms: 1.29 of the floor (goal: 1.30)',
    'met connect to prepared, 80 ms: 1.30 of the floor (goal: 1.30)',
    'met rollback, 0 ms: 500 ms beside boot (goal: 1000)',
    'missed rollback, 80 ms: 1600 ms beside boot (goal: 1000)',
    'met wall at 80 ms less wall at 0 ms: 1000 ms, 12.5 round trips (goal: 19)',
  ]);
});

test('what was not measured is no goal that is met', () => {
  expect(verdicts({ 0: {}, 80: {} }, 0).filter(({ met }) => met)).toEqual([]);
});
