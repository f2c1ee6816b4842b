import { Failure, must } from '#fault';
import { renderBytes } from '#plan';
import type { Note, Step } from '#plan';
import { endpointFor, referenceAt } from '#registry';
import type { ImageDesign, Way } from './image.ts';
import { perform, step } from './scene.ts';
import type { Scene, StepOf } from './scene.ts';
import { warn } from './survey.ts';

const says = ({ record: { name }, way, bytes, layers }: ImageDesign): string => {
  const size = `${layers} ${layers === 1 ? 'layer' : 'layers'}, ${renderBytes(bytes)}`;
  if (way === 'pulled') return `the host pulls ${name} from its registry: ${size}`;
  return way === 'carried' ? `carry ${name} over SSH: ${size}` : `name ${name}, which the host has pulled before`;
};

/** Carries out what the plan shows; the port of a forward is known only then. */
const pullStep = (
  scene: Pick<Scene, 'host' | 'target' | 'context'>,
  image: ImageDesign,
  from: string,
): StepOf<'image-pull'> =>
  step(scene, 'image', says(image), 'image-pull', {
    base: scene.target.base,
    driver: scene.context.driver,
    from,
    name: image.record.local,
    ids: image.record.ids,
  });

/** The step that brings the image, for the plan; none where it is there. */
export const imageSteps = (
  scene: Pick<Scene, 'host' | 'target' | 'context'>,
  image: ImageDesign | undefined,
): readonly Step[] => {
  if (image === undefined || image.way === 'there') return [];
  const from = image.way === 'carried' ? referenceAt(0, image.registry, image.digest) : image.record.name;
  return [pullStep(scene, image, from)];
};

/** Why it comes by this way. */
export const imageNotes = (image: ImageDesign | undefined): readonly Note[] => {
  if (image === undefined) return [];
  const { name } = image.record;
  const why: Record<Way, string> = {
    there: `image ${name}: the host has it`,
    named: `image ${name}: the host has it`,
    pulled: `image ${name}: the host can read it in its registry by itself, and pulls it`,
    carried: `image ${name}: the host cannot read it in its registry, so the runner passes it on over SSH, with its own login`,
  };
  return [{ kind: 'detected', text: why[image.way] }];
};

/** Makes sure that the host's engine has exactly this image. Faults: IMAGE_NOT_CARRIED, IMAGE_DIFFERS, SSH_FORWARD, REGISTRY_*. */
export const bringImage = async (scene: Scene, image: ImageDesign | undefined): Promise<void> => {
  if (image === undefined || image.way === 'there') return;
  if (image.way === 'carried') {
    await carry(scene, image);
    return;
  }
  try {
    await perform(scene, pullStep(scene, image, image.record.name));
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.fault.code !== 'IMAGE_NOT_CARRIED') throw thrown;
    warn(
      scene,
      `the host could not pull the image: ${thrown.fault.said.at(-1) ?? thrown.fault.what}; it is carried over SSH`,
    );
    await carry(scene, { ...image, way: 'carried' });
  }
};

const carry = async (scene: Scene, image: ImageDesign): Promise<void> => {
  const endpoint = endpointFor(image.registry, image.bill);
  try {
    const listening = must(await scene.host.serve(endpoint.handle, scene.signal));
    try {
      const from = referenceAt(listening.port, image.registry, image.digest);
      await perform(scene, pullStep(scene, image, from), {
        body: Buffer.from(`${endpoint.auth}\n`),
        note: () => {
          const { bytes, blobs } = endpoint.given();
          return `${renderBytes(bytes)} in ${blobs.length} ${blobs.length === 1 ? 'blob' : 'blobs'} went over SSH`;
        },
      });
    } finally {
      await listening.close();
    }
  } catch (thrown) {
    // what the engine says of it is that something is missing, or not what it should be
    const fault = endpoint.fault();
    if (fault !== undefined && !scene.signal.aborted) throw new Failure({ ...fault, step: 'image' });
    throw thrown;
  } finally {
    endpoint.close();
    image.registry.close();
  }
};
