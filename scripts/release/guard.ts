/** What must hold before a tag becomes a release, and what the release says of itself. Pure. */

/** What is known of the tag and of its commit. */
export type Tagged = {
  readonly tag: string;
  /** The tag's commit is one of main's. */
  readonly onMain: boolean;
  /** All tags of the repository. */
  readonly tags: readonly string[];
  /** `version` of package.json. */
  readonly version: string;
  readonly changelog: string;
  /** `owner/name` of the repository that makes the release. */
  readonly repository: string;
  /** The workflows that other repositories call. */
  readonly workflows: readonly { readonly path: string; readonly text: string }[];
};

/** The section of a version: the lines between its heading and the next one. */
export const notesOf = (changelog: string, version: string): string => {
  const lines = changelog.split('\n');
  const begin = lines.findIndex((line) => line === `## ${version}` || line.startsWith(`## ${version} `));
  if (begin < 0) return '';
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith('## '));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .join('\n')
    .trim();
};

/** Calls of our own actions by name: `uses: owner/name/actions/x@ref`. */
const ownCall = /uses: ([\w.-]+\/[\w.-]+)\/(?:actions|\.github\/workflows)\/[\w./-]+@(\S+)/g;

const parts = (tag: string): readonly number[] => (/^v(\d+)\.(\d+)\.(\d+)$/.exec(tag) ?? []).slice(1).map(Number);

/** Tags of the same major version with a higher number: that version would move back. */
const newer = (tag: string, tags: readonly string[]): readonly string[] => {
  const [major, minor = 0, patch = 0] = parts(tag);
  return tags.filter((other) => {
    const [x, y = 0, z = 0] = parts(other);
    return x === major && (y > minor || (y === minor && z > patch));
  });
};

/** What forbids the release, a line each. */
export const releaseProblems = (tagged: Tagged): readonly string[] => {
  const { tag, onMain, tags, version, changelog, repository, workflows } = tagged;
  const [, major] = /^v(\d+)\.\d+\.\d+$/.exec(tag) ?? [];
  if (major === undefined) return [`the tag ${tag} is not of the form vX.Y.Z`];
  return [
    ...(onMain ? [] : [`the commit of ${tag} is not on main: merge it first, then move the tag`]),
    ...newer(tag, tags).map((other) => `${other} is newer: v${major} would move back`),
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, and package.json says ${version}`]),
    ...(notesOf(changelog, tag.slice(1)) === ''
      ? [`CHANGELOG.md has no section ${tag.slice(1)}, or an empty one`]
      : []),
    ...workflows.flatMap(({ path, text }) =>
      [...text.matchAll(ownCall)]
        .filter(([, called, ref]) => called !== repository || ref !== `v${major}`)
        .map(([call]) => `${path}: ${call}: whoever calls this needs ${repository} at v${major}`),
    ),
  ];
};
