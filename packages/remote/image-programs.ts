import { readFileSync } from 'node:fs';
import { lists, pairs, program } from './program.ts';

const image =
  readFileSync(new URL('./common.sh', import.meta.url), 'utf8') +
  readFileSync(new URL('./image.sh', import.meta.url), 'utf8');

/** May the deploy user ask the host's Docker engine? `refused`: it runs, and he may not; `down`: it does not answer. */
export type Engine = 'yes' | 'missing' | 'refused' | 'down';

const engines: readonly string[] = ['yes', 'missing', 'refused', 'down'] satisfies readonly Engine[];

/** What `image-look` found. Ids are the engine's; empty: it has none of that name. */
export type ImageFound = {
  readonly engine: Engine;
  /** `os/architecture` */
  readonly platform: string;
  readonly named: string;
  readonly pulled: string;
  /** The host can read it in its registry by itself. */
  readonly readable: boolean;
  /** For each image of the engine, the digests of what its layers hold. */
  readonly layers: readonly (readonly string[])[];
};

const foundOf = (stdout: Buffer): ImageFound => {
  const said = pairs(stdout);
  const engine = said.get('engine') ?? '';
  if (!engines.includes(engine)) throw new Error(`image-look said of the engine: ${engine}`);
  return {
    engine: engine as Engine,
    platform: said.get('platform') ?? '',
    named: said.get('named') ?? '',
    pulled: said.get('pulled') ?? '',
    readable: said.get('registry') === 'yes',
    layers: lists(stdout).flatMap(([key, value]) => (key === 'layers' ? [value.split(' ')] : [])),
  };
};

/** Programs that see to the image of a release. They hold no mutex, and touch nothing that runs. */
export const imagePrograms = {
  'image-look': program({
    text: image + readFileSync(new URL('./image-look.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 180_000,
    args: (input: {
      /** `registry/repository@sha256:…` */
      image: string;
      /** What Landfall calls it there: `registry/repository:tag`. */
      name: string;
    }) => [input.image, input.name],
    out: foundOf,
    fault: 'PROGRAM_FAILED',
    next: 'Read the lines above. Nothing was changed.',
  }),
  /** Reads the login for the registry of `from`, `user:password` in base64; nothing where it needs none. */
  'image-pull': program({
    text: image + readFileSync(new URL('./image-pull.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 3_600_000,
    args: (input: { base: string; driver: string; from: string; name: string; ids: readonly string[] }) => [
      input.base,
      input.driver,
      input.from,
      input.name,
      ...input.ids,
    ],
    out: (stdout) => ({ id: pairs(stdout).get('id') ?? '' }),
    fault: 'IMAGE_NOT_CARRIED',
    next: 'The lines above are what docker said. Mend it and run again: the layers that it has need not come again.',
  }),
};
