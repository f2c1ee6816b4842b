import { join } from 'node:path';
import { openRunner } from '#command';
import type { Command, Ran } from '#command';
import { Failure, must } from '#fault';
import { describe, readSbom, readSbomFile, sbomPath } from '#image';
import type { Built } from '#image';
import type { Digest, ImageReport, ScanReport } from '#plan';
import { layoutAt } from '#registry';
import type { OciLayout } from '#registry';
import { buffer } from 'node:stream/consumers';
import { nameOf } from './build-image.ts';
import type { Work } from './build-image.ts';

/** An image that was built, and looked at as far as it was asked for. */
export type Examined = { readonly layout: OciLayout; readonly report: ImageReport; readonly sbom: Buffer | undefined };

/** Looks at what was built, in the layout that will be pushed. Throws VERDICT_FAILED, SBOM_FAILED, CANCELLED. */
export const examine = async (work: Work, built: Built): Promise<Examined> => {
  const { wanted, timeline: line, evidence, stage } = work;
  const layout = must(layoutAt(built.layout, built.digest));
  const { platforms } = await describe(layout.root, ({ digest }) => buffer(layout.read(digest)));
  const report: ImageReport = {
    image: nameOf(wanted, built.digest),
    digest: built.digest,
    origin: 'built',
    platforms,
    steps: built.steps,
    tags: [],
  };
  evidence.image = report;
  const env = { IMAGE_LAYOUT: built.layout, IMAGE_DIGEST: built.digest };
  const runner = openRunner(stage);
  try {
    const scanners = scannersOf(work, env);
    if (scanners.length > 0)
      await line.step(
        'scan',
        `look at the image before it is pushed: ${Object.keys(wanted.scan).join(', ')}`,
        async () => {
          const ran = await runner.sideBySide(scanners);
          stage.signal.throwIfAborted();
          evidence.scan = scanOf(ran);
          const failed = ran.filter(({ outcome }) => outcome !== 'passed');
          if (failed.length === 0) return;
          throw new Failure({
            code: 'VERDICT_FAILED',
            what: `${failed.map(({ name, exit }) => `${name} (${exit})`).join(', ')} found in ${built.digest} what may not be`,
            said: failed.flatMap(({ tail }) => tail).slice(-20),
            next: 'Read what it says above, and mend the image. Nothing was pushed.',
          });
        },
      );
    const { sbom: command } = wanted;
    if (command === undefined) return { layout, report, sbom: undefined };
    const file = sbomPath(stage.temp);
    const made = await line.step('sbom', 'list what the image holds', async (note) => {
      const [ran] = await runner.inOrder([
        { ...ground(work), name: 'sbom', line: command, env: { ...env, IMAGE_SBOM: file } },
      ]);
      stage.signal.throwIfAborted();
      const read = sbomOf(file, ran, [built.digest, ...platforms.map(({ digest }) => digest)]);
      note(`${read.components} components, ${read.format}`);
      return read;
    });
    const { bytes, ...sbom } = made;
    return { layout, report: { ...report, sbom: { ...sbom, file } }, sbom: bytes };
  } finally {
    await runner.close();
  }
};

/** ms that a list of what an image holds may take. */
const patience = 20 * 60_000;

const ground = ({ stage }: Work): Pick<Command, 'directory' | 'timeout' | 'retries'> => ({
  directory: stage.workspace,
  timeout: patience,
  retries: 0,
});

const scannersOf = ({ wanted, stage }: Work, env: Command['env']): readonly Command[] =>
  Object.entries(wanted.scan).map(([name, { command, directory, env: own, timeout }]) => ({
    name,
    line: command,
    directory: join(stage.workspace, directory),
    env: { ...own, ...env },
    timeout,
    retries: 0,
  }));

const scanOf = (commands: readonly Ran[]): ScanReport => ({
  verdict: commands.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'failed',
  commands,
  gates: [],
  tests: { total: 0, passed: 0, failed: 0, skipped: 0 },
  failures: [],
  findings: [],
  excepted: 0,
  unchecked: [],
});

const sbomOf = (file: string, ran: Ran | undefined, digests: readonly Digest[]) => {
  const fault = (what: string): Failure =>
    new Failure({
      code: 'SBOM_FAILED',
      what: `the list of what the image holds: ${what}`,
      said: ran?.tail ?? [],
      next: 'The command of `sbom` must write SPDX or CycloneDX as JSON into the file that IMAGE_SBOM names. Nothing was pushed.',
    });
  if (ran?.outcome !== 'passed') throw fault(`its command ended with ${ran?.exit ?? 'nothing'}`);
  const found = readSbomFile(file);
  if (found === undefined)
    throw fault('its command wrote nothing to the file that IMAGE_SBOM names, or more than 64 MiB');
  const read = readSbom(found.bytes.toString('utf8'), digests);
  if ('wrong' in read) throw fault(read.wrong);
  return { ...read.sbom, ...found };
};
