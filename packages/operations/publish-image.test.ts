import { expect, test } from '@jest/globals';
import { fail, ok } from '#fault';
import { timeline } from '#plan';
import type { Digest } from '#plan';
import type { Bill } from '#registry';
import { fakeClock } from '../../test/fakes/scene.ts';
import type { Work } from './image-work.ts';
import { publish, retag } from './publish-image.ts';
import type { Examined } from './scan-image.ts';

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

/** A registry whose tag names nothing when it is asked `free` times, and another run's image from then on. */
const racing = (free: number) => {
  const asked: string[] = [];
  const named: string[] = [];
  const pushed: (readonly string[])[] = [];
  const work = {
    registry: {
      digestOf: (tag: string) => {
        asked.push(tag);
        return Promise.resolve(ok(asked.length > free ? digest('b') : undefined));
      },
      push: (_: unknown, tags: readonly string[]) => {
        pushed.push(tags);
        return Promise.resolve(ok({ digest: digest('a'), bytes: 1, blobs: 1, there: 0 }));
      },
      tag: (_: unknown, tags: readonly string[]) => {
        named.push(...tags);
        return Promise.resolve(fail({ code: 'IMAGE_DIFFERS', what: 'another one is there', next: 'Look.' }));
      },
    },
    timeline: timeline({ clock: fakeClock(), show: () => undefined }),
    tags: ['sha-0123456789ab'],
    evidence: {},
    wanted: { attesting: undefined, tags: [] },
    stage: { context: {} },
  } as unknown as Work;
  return { work, named, pushed };
};
const examined = { layout: {}, report: { image: 'r.test/app', digest: digest('a') } } as unknown as Examined;

test('a tag that another run has given meanwhile is not overwritten', async () => {
  const { work, named, pushed } = racing(1);
  await expect(publish(work, examined)).rejects.toMatchObject({ fault: { code: 'IMAGE_TAG_TAKEN' } });
  expect([pushed, named]).toEqual([[[]], []]);
});

test('one that another run has given at the same time is seen afterwards, and refused', async () => {
  const { work, named } = racing(2);
  await expect(publish(work, examined)).rejects.toMatchObject({ fault: { code: 'IMAGE_TAG_TAKEN' } });
  expect(named).toEqual(['sha-0123456789ab']);
  // and so for an image that was found
  const found = racing(1);
  await expect(retag(found.work, { digest: digest('a') } as Bill)).rejects.toMatchObject({ fault: { code: 'IMAGE_TAG_TAKEN' } }); // prettier-ignore
});
