import { expect, test } from '@jest/globals';
import { ok } from '#fault';
import { timeline } from '#plan';
import type { Digest } from '#plan';
import { fakeClock } from '../../test/fakes/scene.ts';
import type { Work } from './image-work.ts';
import { publish } from './publish-image.ts';
import type { Examined } from './scan-image.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

test('a tag that another run has given meanwhile is not overwritten', async () => {
  const asked: string[] = [];
  const named: string[] = [];
  const pushed: (readonly string[])[] = [];
  const work = {
    registry: {
      digestOf: (tag: string) => {
        asked.push(tag);
        return Promise.resolve(ok(asked.length > 1 ? digest('b') : undefined));
      },
      push: (_: unknown, tags: readonly string[]) => {
        pushed.push(tags);
        return Promise.resolve(ok({ digest: digest('a'), bytes: 1, blobs: 1, there: 0 }));
      },
      tag: (_: unknown, tags: readonly string[]) => {
        named.push(...tags);
        return Promise.resolve(ok(undefined));
      },
    },
    timeline: timeline({ clock: fakeClock(), show: () => undefined }),
    tags: ['sha-0123456789ab'],
    evidence: {},
    wanted: { attesting: undefined, tags: [] },
    stage: { context: {} },
  } as unknown as Work;
  const examined = { layout: {}, report: { image: 'r.test/app', digest: digest('a') } } as unknown as Examined;
  await expect(publish(work, examined)).rejects.toMatchObject({ fault: { code: 'IMAGE_TAG_TAKEN' } });
  expect([pushed, named]).toEqual([[[]], []]);
});
