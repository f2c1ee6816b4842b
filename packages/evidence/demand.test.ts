import { describe, expect, test } from '@jest/globals';
import type { Evidence, Link } from '#plan';
import { built, image, tested } from '../../test/fakes/evidence.ts';
import { digestOfBytes } from '#plan';
import { demand, grow } from './index.ts';
import type { Wanted } from './index.ts';

const commit = '1'.repeat(40);
const other = digestOfBytes('another image');
const wanted: Wanted = { commit, repository: 'O/R', image, links: ['tests', 'image', 'sbom'] };
const lacks = (evidence: Evidence | undefined, over: Partial<Wanted> = {}): readonly string[] =>
  demand(evidence, { ...wanted, ...over }).map(({ how, what }) => `${how} ${what}`);

describe('what a deploy demands of evidence', () => {
  const good = built(tested(commit));
  test('nothing more, where all is there', () => {
    expect(lacks(good)).toEqual([]);
    expect(lacks(tested(commit), { image: undefined, links: ['tests'] })).toEqual([]);
    expect(lacks(good, { image: undefined, links: ['tests'] })).toEqual([]);
  });
  test('that there is some', () => {
    expect(lacks(undefined)).toEqual(['missing there is no evidence at all: wanted tests, image, sbom']);
  });
  test('that it is of this commit of this repository', () => {
    const foreign = '2'.repeat(40);
    expect(lacks(built(tested(foreign, {}, 'x/y')))).toEqual([
      `differs commit: the evidence is of commit ${foreign}; what is deployed is ${commit}`,
      'differs commit: the evidence is of the repository x/y; this is O/R',
    ]);
    expect(lacks(built(tested(foreign)), { commit: undefined })).toEqual([]);
  });
  test.each(['failed', 'incomplete'] as const)('no verdict that is %s, also where none is wanted', (verdict) => {
    const red = built(tested(commit, { verdict }));
    const says = `differs tests: the verdict is ${verdict} (https://github.com/o/r/actions/runs/7)`;
    expect(lacks(red)).toEqual([says]);
    expect(lacks(red, { links: [] })).toEqual([says]);
    // one that passed does not outweigh it
    const { after: _, ...passed } = tested(commit).links[1] as Extract<Link, { kind: 'tests' }>;
    expect(lacks(grow(red, passed))).toEqual([says]);
  });
  test('the image that is deployed, and the list of its parts', () => {
    expect(lacks(tested(commit))).toEqual([
      `missing there is no link \`image\`: nothing says where ${image} comes from`,
      `missing there is no link \`sbom\`: nothing says what ${image} is made of`,
    ]);
    expect(lacks(built(tested(commit), other))).toEqual([
      `differs image: the evidence is of ${other}; what is deployed is ${image}`,
      `differs sbom: the list of parts is of ${other}; what is deployed is ${image}`,
    ]);
    // one of several
    expect(lacks(built(good, other))).toEqual([]);
  });
  test('tests', () => {
    const [first] = good.links as [Extract<Link, { kind: 'commit' }>];
    const bare: Evidence = { v: 1, links: [first], head: (good.links[1] as Link).after as never };
    expect(lacks(bare, { image: undefined, links: ['tests'] })).toEqual([
      'missing there is no link `tests`: no verdict of test-and-scan',
    ]);
  });
  test('a whole chain: of a broken one no link counts', () => {
    const broken = { ...good, links: good.links.filter(({ kind }) => kind !== 'image') };
    expect(lacks(broken)).toEqual([
      'differs the chain is broken: link 3 (sbom) does not follow link 2 (tests): one of them was changed, or something between them is missing',
    ]);
  });
});
