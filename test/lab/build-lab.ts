import { afterAll, beforeAll } from '@jest/globals';
import type { ImageInputs } from '#config';
import type { RunContext } from '#plan';
import { openRegistry } from '#registry';
import type { Registry } from '#registry';
import { buildImage } from '../../packages/operations/build-image.ts';
import type { ImageWish } from '../../packages/operations/image-wish.ts';
import { imageRepository, imageStage, noInputs, plainWish } from '../fakes/image-stage.ts';
import { builderMissing, startBuilder } from './builder.ts';
import type { LabBuilder } from './builder.ts';
import { found } from './found.ts';
import { unless } from './needs.ts';
import { startRegistry } from './registry.ts';
import type { RegistryServer } from './registry.ts';
import { git } from './repository.ts';

export const hello =
  'FROM scratch\nCOPY busybox /\nRUN ["/bin/busybox", "sh", "-c", "echo hello; echo made > /made"]\n';

/** The digest that a tag names there; undefined: there is no such tag. */
export const digestOf = async (registry: Registry, tag: string): Promise<string | undefined> => {
  const answer = await registry.digestOf(tag);
  return answer.ok ? answer.value : answer.fault.code;
};

/** build-image with a builder and a registry of its own, for the tests of one file; `here` leaves them out where there is none. */
export const buildLab = async () => {
  const programs = ['busybox', 'docker-registry'].filter((name) => found(name) === undefined);
  const missing = (await builderMissing()) ?? (programs.length > 0 ? `${programs.join(', ')} missing` : undefined);
  const before = { ...process.env };
  let lab: LabBuilder;
  let server: RegistryServer;
  let repositories = 0;
  let closing = async (): Promise<void> => {};
  if (missing === undefined) {
    beforeAll(async () => {
      [lab, server] = await Promise.all([startBuilder(), startRegistry()]);
      closing = async () => {
        await lab.close();
        await server.close();
      };
      Object.assign(process.env, lab.env);
    }, 600_000);
    afterAll(async () => {
      await closing();
      process.env = before;
    });
  }

  /** A checkout whose image nobody has built, and a way to run the action there. */
  const place = (dockerfile = hello, files: Readonly<Record<string, string>> = {}) => {
    repositories += 1;
    const root = imageRepository(dockerfile, files);
    const repository = `team/app${repositories}`;
    const image = `${server.registry}/${repository}`;
    const run = async (
      inputs: Partial<ImageInputs> = {},
      wish: Partial<ImageWish> = {},
      context: Partial<RunContext> = {},
      workspace = root,
    ) => {
      const { stage, shown, temp } = imageStage(workspace, context);
      const report = await buildImage(
        stage,
        { ...noInputs, image, builder: lab.name, ...inputs },
        { ...plainWish, ...wish },
      );
      return { report, shown, temp };
    };
    const { stage } = imageStage('/');
    const registry = openRegistry({
      name: { registry: server.registry, repository },
      signal: stage.signal,
      clock: stage.clock,
    });
    return { root, image, run, commit: git(root, 'rev-parse', 'HEAD'), registry };
  };
  return { here: unless(missing), place };
};
