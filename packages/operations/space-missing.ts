import type { Problem } from '#fault';
import type { Target } from '#config';
import { renderBytes } from '#plan';
import type { Found } from '#plan';
import type { Lock } from '#release';

/** What a release takes on a host. */
export type Space = {
  readonly bytes: number;
  readonly files: number;
  /** What installs its Python dependencies; undefined: it has none. */
  readonly installer: Lock['installer'] | undefined;
  /** Their environment is on the host already. */
  readonly built: boolean;
};

/** A virtual environment with a few packages: measured 120 MB for Django, gunicorn and pip. */
const environmentBytes = 250_000_000;
const environmentFiles = 8_000;

/** What a host lacks of room for the release. */
export const spaceMissing = (found: Found, { base, host }: Target, needs: Space): readonly Problem[] => {
  const builds = needs.installer !== undefined && !needs.built;
  const bytes = Math.ceil(needs.bytes * 1.2) + (builds ? environmentBytes : 0) + 2_000_000;
  const files = Math.ceil(needs.files * 1.2) + (builds ? environmentFiles : 0) + 100;
  const where = `host ${host.name}`;
  const next = `df -h ${found.baseNearest.path}; du -xsh ${base}/* | sort -h`;
  return [
    ...(found.free.bytes < bytes
      ? [
          {
            where,
            what: `${renderBytes(found.free.bytes)} free at ${found.baseNearest.path}, ${renderBytes(bytes)} needed`,
            next,
          },
        ]
      : []),
    // file systems that have no inodes to count (btrfs) report 0
    ...(found.free.inodes > 0 && found.free.inodes < files
      ? [
          {
            where,
            what: `${found.free.inodes} inodes free at ${found.baseNearest.path}, ${files} needed`,
            next: `df -i ${found.baseNearest.path}`,
          },
        ]
      : []),
  ];
};
