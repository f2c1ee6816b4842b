import { z } from 'zod';
import { commands, test } from './test.ts';
import type { Test } from './test.ts';
import { insidePath, oneLine, variableName } from './values.ts';

/** A platform as BuildKit names it. */
const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, 'expected a platform, like linux/amd64 or linux/arm/v7');

const cache = z
  .string()
  .regex(/^(?:registry|gha|off|local:.+)$/, 'expected registry, gha, off, or local: and a folder')
  .transform((text) => text as 'registry' | 'gha' | 'off' | `local:${string}`);

/** The name of a label, as the OCI image specification has keys of annotations: any text, but buildx divides at the first `=`. */
const labelName = z.string().regex(/^[^\s=]{1,255}$/, 'expected the name of a label, without = and spaces');

/** The section `image`: what `build-image` builds, and how the image is named. */
export const image = z.strictObject({
  name: oneLine
    .optional()
    .describe(
      'The name of the image without tag or digest: `registry.example.org/team/app`. What has no registry is Docker Hub’s.',
    ),
  context: insidePath.prefault('.').describe('The folder that the build sees.'),
  file: insidePath
    .optional()
    .describe('The Dockerfile, relative to the root of the repository. `Dockerfile` in `context` if not given.'),
  target: oneLine.optional().describe('The stage that is built; the last one if not given.'),
  platforms: z
    .array(platform)
    .default([])
    .describe(
      'What it is built for, like `linux/amd64`; what the builder runs on if not given. With several, the image is an index of them.',
    ),
  'build-args': z
    .record(variableName, z.string())
    .default({})
    .describe(
      'Build arguments (`ARG`). They stay readable in the image’s history: secrets go into the input `secrets`.',
    ),
  labels: z
    .record(labelName, z.string())
    .default({})
    .describe(
      'Labels beside those that Landfall gives; one of the same name takes its place, but of commit and inputs.',
    ),
  tags: z
    .array(oneLine)
    .default(['branch', 'semver'])
    .describe(
      'Rules of tags. `sha-<12 digits>` of the commit is always given. `commit`: all 40 digits; `branch`: the branch’s name; `semver`: `1.2.3` where the run is of a git tag `v1.2.3`; a text that begins with a colon is a tag itself, like `:staging`. Tags of commits and versions never move; others do.',
    ),
  cache: cache
    .prefault('off')
    .describe(
      'Where layers are kept between builds: `registry`, under the tag `buildcache` beside the image; `gha`, the Actions cache; `local:` and a folder; `off`. Runs of pull requests and of merge queues read it and never write.',
    ),
  reproducible: z
    .boolean()
    .default(true)
    .describe('Whether files and history get the time of the commit, so that the same commit gives the same digest.'),
  scan: commands
    .default({})
    .describe(
      'What looks at the image before it is pushed, or given a tag where it is there already, in the form of `test.run`: their reports are read and judged as there. `IMAGE_LAYOUT` names the folder with its OCI layout, `IMAGE_DIGEST` its digest, `LANDFALL_IMAGE` a name by which an engine can pull it meanwhile. What fails keeps it from being pushed.',
    ),
  'allow-incomplete': test.shape['allow-incomplete'].describe(
    'Scans and tools of `scan` that may be incomplete, by name. All others that could not look keep the image from being pushed.',
  ),
  'ignore-file': insidePath
    .optional()
    .describe(
      'Findings in the image that are excepted, in the form of `test.ignore-file`; a file of its own, for one that fits nothing is a finding.',
    ),
  sbom: oneLine
    .optional()
    .describe(
      'A line of bash that writes the list of what the image holds, SPDX or CycloneDX as JSON, into the file that `IMAGE_SBOM` names. It is kept beside the image in the registry.',
    ),
  builder: oneLine.optional().describe('The builder of buildx that builds; the current one if not given.'),
});

export type Image = z.output<typeof image>;

/** What looks at an image, as a whole section `test` that demands nothing else. */
export const scanOf = ({ scan, ...image }: Pick<Image, 'scan' | 'allow-incomplete'>): Test => ({
  ...test.parse({}),
  run: scan,
  'allow-incomplete': image['allow-incomplete'],
  secrets: false,
  'compare-tests': 'off',
});
