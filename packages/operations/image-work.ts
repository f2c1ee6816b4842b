import { filesOf } from '#check';
import { inputsHash, seenBy, tagsOf } from '#image';
import type { Inputs } from '#image';
import type { Timeline } from '#plan';
import type { Registry } from '#registry';
import { checkoutOf } from './checkout.ts';
import type { Checkout } from './checkout.ts';
import { tellingArgs } from './image-wish.ts';
import type { ImageStage, Wanted } from './image-wish.ts';
import type { Evidence } from './scene.ts';

/** All that one run of it works with. */
export type Work = {
  readonly stage: ImageStage;
  readonly wanted: Wanted;
  readonly commit: Checkout;
  readonly inputs: Inputs;
  /** {@link inputsHash} */
  readonly hash: ReturnType<typeof inputsHash>;
  readonly tags: readonly string[];
  readonly registry: Registry;
  readonly timeline: Timeline;
  readonly evidence: Evidence;
};

/** What an image is called by its digest. */
export const nameOf = ({ at }: Wanted, digest: string): string => `${at.registry}/${at.repository}@${digest}`;

/** Looks at the checkout, and warns of what makes an image other than its commit says. Throws SOURCE_UNFIT. */
export const begin = async (
  stage: ImageStage,
  wanted: Wanted,
  registry: Registry,
  line: Timeline,
  evidence: Evidence,
): Promise<Work> => {
  // prettier-ignore
  const { context, file, target, platforms, labels, reproducible } = wanted;
  const commit = await checkoutOf(stage.workspace, stage.context, seenOf(stage.workspace, wanted));
  const inputs: Inputs = { context, file, target, platforms, args: wanted['build-args'], labels, secrets: Object.keys(wanted.secrets), reproducible }; // prettier-ignore
  const note = (kind: 'warning' | 'info', text: string): void => {
    evidence.notes = [...evidence.notes, { kind, text }];
  };
  evidence.commit = commit.id;
  if (commit.changed !== undefined) {
    const { files } = commit.changed;
    const named = `${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`;
    note('warning', `${files.length} of the files that the build sees are not as in the commit: ${named}`);
  }
  for (const name of tellingArgs(wanted['build-args']))
    note('warning', `the build argument ${name} looks like a secret: everybody with the image can read it; \`secrets\` keeps one out`); // prettier-ignore
  return {
    stage,
    wanted,
    commit,
    inputs,
    hash: inputsHash(commit.id, inputs, commit.changed?.hash),
    tags: tagsOf(wanted.tags, commit.id, stage.context.ref),
    registry,
    timeline: line,
    evidence,
  };
};

/** The files that the build sees: those of the context that are not ignored, and the Dockerfile. */
const seenOf = (workspace: string, { context, file }: Wanted): ((path: string) => boolean) => {
  const below = context === '.' ? '' : `${context}/`;
  const dockerfile = file ?? `${below}Dockerfile`;
  const read = filesOf(workspace);
  const ignores = [`${dockerfile}.dockerignore`, `${below}.dockerignore`].map(read);
  const ignore = ignores.find((found) => typeof found !== 'string');
  const sees = seenBy(ignore === undefined ? '' : ignore.toString());
  return (path) => path === dockerfile || (path.startsWith(below) && sees(path.slice(below.length)));
};
