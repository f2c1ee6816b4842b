import { expect, test } from '@jest/globals';
import { imageStage, noInputs, plainWish } from '../../test/fakes/image-stage.ts';
import { folder } from '../../test/lab/repository.ts';
import { wantedImage } from './image-wish.ts';

const asked = (event: string, push: 'auto' | 'true' | 'false' = 'auto') => {
  const { stage } = imageStage(folder('wish'), { event });
  const { pushes, fills } = wantedImage(stage, { ...noInputs, image: 'registry.test/app', cache: 'gha' }, { ...plainWish, push }); // prettier-ignore
  return { pushes, fills };
};

test('what nobody has merged yet is pushed nowhere by itself, and fills no cache', () => {
  expect(asked('push')).toEqual({ pushes: true, fills: true });
  for (const event of ['pull_request', 'pull_request_target', 'merge_group']) {
    expect(asked(event)).toEqual({ pushes: false, fills: false });
    expect(asked(event, 'true')).toEqual({ pushes: true, fills: false });
  }
});
