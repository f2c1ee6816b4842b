import { digestOfBytes } from '#plan';
import type { Digest } from '#plan';

/** The commit that is built, as git and GitHub tell of it. */
export type Commit = {
  /** 40 hex digits. */
  readonly id: string;
  /** Its committer's time: seconds since 1970. */
  readonly time: number;
  /** The page of its repository; undefined: nobody knows one. */
  readonly source?: string | undefined;
  /** Its repository as people name it: `owner/name`. */
  readonly repository: string;
};

/** All that decides what a build makes, but for what the commit holds itself and what secrets are. */
export type Inputs = {
  readonly context: string;
  readonly file: string | undefined;
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of secrets, never their values. */
  readonly secrets: readonly string[];
  readonly reproducible: boolean;
};

export const inputsLabel = 'landfall.inputs';
/** A short name of commit and inputs. The id of a release cannot stand here: the image is part of what that is a hash of. */
export const buildLabel = 'landfall.build';
export const revisionLabel = 'org.opencontainers.image.revision';

const sorted = (map: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * A hash of commit and inputs: two builds with the same one were asked for the same thing. `changed` is a hash of files that differ
 * from the commit's, where there are any.
 */
export const inputsHash = (commit: string, inputs: Inputs, changed?: string): Digest => {
  const { args, labels, secrets, platforms, ...rest } = inputs;
  const { context, file, target, reproducible } = rest;
  const told = [1, commit, context, file ?? '', target ?? '', [...platforms].sort(), sorted(args), sorted(labels), [...secrets].sort(), reproducible, changed ?? '']; // prettier-ignore
  return digestOfBytes(JSON.stringify(told));
};

/**
 * The labels of an image: those of the OCI image specification that a commit decides, what it was made from, and a person's own, which
 * win. None says when it was built, by which run, or of which branch or tag: the same commit would have another digest each time.
 */
export const labelsOf = (
  commit: Commit,
  inputs: Digest,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({
  'org.opencontainers.image.title': commit.repository.replace(/^.*\//, ''),
  ...(commit.source === undefined ? {} : { 'org.opencontainers.image.source': commit.source }),
  'org.opencontainers.image.created': new Date(commit.time * 1000).toISOString().replace('.000Z', 'Z'),
  ...own,
  [revisionLabel]: commit.id,
  [buildLabel]: `${commit.id.slice(0, 7)}-${inputs.slice('sha256:'.length, 'sha256:'.length + 4)}`,
  [inputsLabel]: inputs,
});
