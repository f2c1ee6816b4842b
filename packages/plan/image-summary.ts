import { renderDuration } from './duration.ts';
import type { BuildStep, ImageReport, ImageTag } from './image.ts';
import { bar, code, prose, table } from './markdown.ts';
import { renderBytes } from './plan-lines.ts';

const outcomes: Readonly<Record<BuildStep['outcome'], string>> = { done: '✓', cached: '⚡', failed: '✗' };

/** The section about an image: what it is, what names it, what was pushed, and the steps of its build. Empty: there is none. */
export const renderImage = (image: ImageReport | undefined): string[] => {
  if (image === undefined) return [];
  const { attestation, platforms, pushed, sbom, steps, origin, tags } = image;
  const there = origin === 'found' || pushed !== undefined;
  const rows: [string, string][] = [
    ['image', code(there ? image.image : image.digest)],
    ['made', origin === 'found' ? 'found in the registry: nothing was built' : builtText(steps)],
    ['tags', tags.length === 0 ? 'none' : tags.map(tagText).join('<br>')],
    ['pushed', pushed === undefined ? 'nothing' : `${pushed.blobs} blobs, ${renderBytes(pushed.bytes)}; ${pushed.there} were there`], // prettier-ignore
    ...platforms.map(({ platform, layers, bytes }): [string, string] => [
      prose(platform),
      `${layers} layers, ${renderBytes(bytes)} compressed`,
    ]),
    ...(sbom === undefined ? [] : [['holds', holdsText(sbom)] as [string, string]]),
    ...(attestation === undefined ? [] : [['attested', attestation.url ?? 'found at GitHub'] as [string, string]]),
  ];
  return ['### Image', '', ...table(['', ''], rows), ...stepLines(steps)];
};

const builtText = (steps: readonly BuildStep[]): string =>
  `built; ${steps.filter(({ outcome }) => outcome === 'cached').length} of ${steps.length} steps were cached`;

const holdsText = ({ components, format, names, platform }: NonNullable<ImageReport['sbom']>): string => {
  const of = names === undefined ? '; the list does not name the image' : '';
  return `${components} components (${format})${of}${platform === undefined ? '' : `; of ${prose(platform)} alone`}`;
};

const tagText = ({ tag, was }: ImageTag): string =>
  was === undefined ? code(tag) : `${code(tag)} (${was === 'nothing' ? 'new' : `was ${code(was)}`})`;

const stepLines = (steps: readonly BuildStep[]): string[] => {
  if (steps.length === 0) return [];
  const longest = Math.max(...steps.map(({ ms }) => ms));
  const rows = steps.map(({ name, outcome, ms }) => [
    outcomes[outcome],
    prose(name),
    outcome === 'cached' ? 'cached' : renderDuration(ms),
    bar(ms, longest),
  ]);
  return ['', '<details><summary>Steps of the build</summary>', '', ...table(['', 'step', 'took', ''], rows, [2]), '', '</details>']; // prettier-ignore
};
