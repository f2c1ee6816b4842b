import { fail } from '#fault';

/** What the person is told to put before this step. The commit is that of v3.11.1. */
const setup = 'uses: docker/setup-buildx-action@e468171a9de216ec08956ac3ada2f0791b6bd435 # v3.11.1';

/** A builder that cannot be used, and how it is mended. */
export const unfit = (what: string, said: readonly string[] = []) =>
  fail({
    code: 'BUILDER_UNFIT',
    what,
    said,
    next: `Add a step before this one: \`- ${setup}\`. Or turn on the containerd image store of the Docker engine.`,
  });

/** What `docker buildx inspect` says of a builder, as far as it decides something. Pure. */
export const readBuilder = (
  text: string,
): { readonly driver: string | undefined; readonly error: string | undefined } => {
  const of = (key: string): string | undefined => new RegExp(`^${key}:[ \\t]*(.+?)[ \\t]*$`, 'm').exec(text)?.[1];
  return { driver: of('Driver'), error: of('Error') };
};

/** Does `docker info` say that images lie in containerd's store? Its `DriverStatus` is a list of pairs. Pure. */
export const hasContainerdStore = (driverStatus: string): boolean => driverStatus.includes('io.containerd.snapshotter');
