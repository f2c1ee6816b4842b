import { pathOfUri } from './path.ts';
import type { ArtifactLocation, Run, SarifResult } from './sarif-shape.ts';
import { oneLine } from './text.ts';
import type { Ground } from './results.ts';

const absolute = /^(\/|[a-z][a-z0-9+.-]+:)/i;

/** A URI behind those of its bases, which may have bases of their own. A base without one is the folder that was looked at. */
const withBases = ({ uri, uriBaseId }: ArtifactLocation, run: Run, hops = 0): string => {
  const written = uri ?? '';
  const base = uriBaseId === null || uriBaseId === undefined ? undefined : run.originalUriBaseIds?.[uriBaseId];
  if (base === undefined || absolute.test(written) || hops > 10) return written;
  const before = withBases(base, run, hops + 1);
  return before === '' ? written : `${before.replace(/\/?$/, '/')}${written}`;
};

/** The first place of a result: file and line, as far as it has them. */
export const placeOf = ({ locations }: SarifResult, run: Run, ground: Ground): { file?: string; line?: number } => {
  const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
  const listed = run.artifacts?.[artifactLocation?.index ?? -1]?.location;
  const written = artifactLocation?.uri ? artifactLocation : listed;
  const uri = written?.uri ? withBases(written, run) : '';
  const line = region?.startLine ?? 0;
  if (uri === '') return {};
  return { file: pathOfUri(oneLine(uri), ground), ...(line > 0 ? { line } : {}) };
};
