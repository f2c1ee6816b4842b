import { join } from 'node:path';
import { openRunner } from '#command';
import type { Command, Ran, Runner } from '#command';
import { scanOf } from '#config';
import { Failure, must } from '#fault';
import { readSbom, readSbomFile, sbomPath } from '#image';
import type { Digest, ImageReport } from '#plan';
import { billOf, layoutAt, platformsOf, sourceOf } from '#registry';
import type { OciLayout } from '#registry';
import { judge } from '#scan';
import { nameOf } from './image-work.ts';
import type { Work } from './image-work.ts';
import { leftovers, readReports } from './reports.ts';
import { concluded } from './test-and-scan.ts';
import { nothingFound } from './test-plan.ts';

/** An image on this machine's disk, as a layout in a folder. */
export type Local = Pick<ImageReport, 'digest' | 'origin' | 'steps'> & {
  readonly layout: string;
  /** The list of what it holds, where there is one already. */
  readonly sbom?: ImageReport['sbom'];
};

/** An image that was looked at as far as it was asked for. `sbom`: the list that was made. */
export type Examined = { readonly layout: OciLayout; readonly report: ImageReport; readonly sbom: Buffer | undefined };

/** Looks at an image: at what will be pushed, or was. Throws VERDICT_FAILED, SBOM_FAILED, CANCELLED. */
export const examine = async (work: Work, local: Local): Promise<Examined> => {
  const { wanted, registry, timeline: line, evidence, stage } = work;
  const { digest, origin, steps, sbom: kept } = local;
  const layout = must(layoutAt(local.layout, digest));
  const platforms = platformsOf(await billOf(sourceOf(layout, registry.name), layout.root));
  const report: ImageReport = {
    image: nameOf(wanted, digest),
    digest,
    origin,
    platforms,
    steps,
    tags: [],
    ...(kept === undefined ? {} : { sbom: kept }),
  };
  evidence.built = report;
  const env = { IMAGE_LAYOUT: local.layout, IMAGE_DIGEST: digest };
  const runner = openRunner(stage);
  try {
    if (Object.keys(wanted.scan).length > 0) await scan(work, runner, env);
    const { sbom: command } = wanted;
    if (command === undefined || kept !== undefined) return { layout, report, sbom: undefined };
    const file = sbomPath(stage.temp);
    const made = await line.step('sbom', 'list what the image holds', async (note) => {
      const [ran] = await runner.inOrder([
        { ...ground(work), name: 'sbom', line: command, env: { ...env, IMAGE_SBOM: file } },
      ]);
      stage.signal.throwIfAborted();
      const read = sbomOf(file, ran, [digest, ...platforms.map((one) => one.digest)]);
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

/** Runs what looks at the image, reads what it left, and judges it. */
const scan = ({ wanted, stage, evidence, timeline: line }: Work, runner: Runner, env: Command['env']): Promise<void> =>
  line.step('scan', `look at the image before it is pushed: ${Object.keys(wanted.scan).join(', ')}`, async (note) => {
    const { workspace } = stage;
    const test = scanOf(wanted);
    const before = await leftovers(workspace, test);
    const scanners = Object.entries(wanted.scan).map(([name, { command, directory, env: own, timeout, retries }]) => ({
      name,
      line: command,
      directory: join(workspace, directory),
      env: { ...own, ...env },
      timeout,
      retries,
    }));
    const ran = await runner.sideBySide(scanners);
    stage.signal.throwIfAborted();
    const folderOf = (name: string): string => wanted.scan[name]?.directory ?? '.';
    const reports = await readReports({ workspace, test, ran, before, folderOf });
    const today = stage.wall().toISOString().slice(0, 10);
    const {
      scan: report,
      says,
      notes,
    } = judge(test, {
      ...nothingFound(today),
      ...reports,
      ...(wanted.exceptions === undefined ? {} : { exceptions: wanted.exceptions }),
    });
    evidence.scan = report;
    evidence.notes = [...evidence.notes, ...notes];
    note(says);
    concluded(report, says);
  });

const sbomOf = (file: string, ran: Ran | undefined, digests: readonly Digest[]) => {
  const fault = (what: string): Failure =>
    new Failure({
      code: 'SBOM_FAILED',
      what: `the list of what the image holds: ${what}`,
      said: ran?.tail ?? [],
      next: 'The command of `sbom` must write SPDX or CycloneDX as JSON into the file that IMAGE_SBOM names. Nothing was pushed, and no tag given.',
    });
  if (ran?.outcome !== 'passed') throw fault(`its command ended with ${ran?.exit ?? 'nothing'}`);
  const found = readSbomFile(file);
  if (found === undefined)
    throw fault('its command wrote nothing to the file that IMAGE_SBOM names, or more than 64 MiB');
  const read = readSbom(found.bytes.toString('utf8'), digests);
  if ('wrong' in read) throw fault(read.wrong);
  return { ...read.sbom, ...found };
};
