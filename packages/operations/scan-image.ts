import { join } from 'node:path';
import { openRunner } from '#command';
import type { Command, Ran, Runner } from '#command';
import { scanOf } from '#config';
import { Failure, must } from '#fault';
import { loginFolder, readSbom, readSbomFile, sbomPath } from '#image';
import type { Finding, ImageReport, Note } from '#plan';
import { billOf, endpointFor, layoutAt, listen, platformsOf, referenceAt, sourceOf } from '#registry';
import type { Bill, OciLayout, Source } from '#registry';
import { judge } from '#scan';
import { nameOf } from './image-work.ts';
import type { Work } from './image-work.ts';
import { leftovers, overtaking } from './report-files.ts';
import { readReports } from './reports.ts';
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
  const source = sourceOf(layout, registry.name);
  const bill = await billOf(source, layout.root);
  const platforms = platformsOf(bill);
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
  const command = kept === undefined ? wanted.sbom : undefined;
  const scans = Object.keys(wanted.scan).length > 0;
  if (!scans && command === undefined) return { layout, report, sbom: undefined };
  const served = await serve(source, bill, stage.temp);
  const env = { ...served.env, IMAGE_LAYOUT: local.layout, IMAGE_DIGEST: digest };
  const runner = openRunner(stage);
  try {
    if (scans) await scan(work, runner, env);
    if (scans && platforms.length > 1) evidence.notes = [...evidence.notes, severalNote(platforms)];
    if (command === undefined) return { layout, report, sbom: undefined };
    const file = sbomPath(stage.temp);
    const made = await line.step('sbom', 'list what the image holds', async (note) => {
      const [ran] = await runner.inOrder([
        { ...ground(work), name: 'sbom', line: command, env: { ...env, IMAGE_SBOM: file } },
      ]);
      stage.signal.throwIfAborted();
      const read = sbomOf(file, ran, report);
      note(`${read.components} components, ${read.format}`);
      return read;
    });
    const { bytes, ...sbom } = made;
    evidence.notes = [...evidence.notes, ...sbomNotes(sbom, platforms)];
    return { layout, report: { ...report, sbom: { ...sbom, file } }, sbom: bytes };
  } finally {
    await runner.close();
    served.close();
  }
};

/**
 * Gives an image to engines and scanners of this machine that take none from a folder, as long as it is looked at: by a registry of its
 * own on loopback, with a login that is worth nothing elsewhere or afterwards.
 */
const serve = async (
  source: Source,
  bill: Bill,
  temp: string,
): Promise<{ readonly env: Command['env']; readonly close: () => void }> => {
  const endpoint = endpointFor(source, bill);
  const { port, close } = await listen(endpoint);
  const [username = '', password = ''] = Buffer.from(endpoint.auth, 'base64').toString().split(':');
  const login = loginFolder({ registry: `127.0.0.1:${port}`, username, password }, temp);
  return {
    env: { LANDFALL_IMAGE: referenceAt(port, source, bill.digest), DOCKER_CONFIG: login.folder },
    close: () => {
      close();
      login.remove();
    },
  };
};

/** ms that a list of what an image holds may take. */
const patience = 20 * 60_000;

const ground = ({ stage }: Work): Pick<Command, 'directory' | 'timeout' | 'retries'> => ({
  directory: stage.workspace,
  timeout: patience,
  retries: 0,
});

/** Scanners place what they find of the system's packages at the image, as it was given to them: a folder that nobody can open afterwards. */
const unplaced = ({ file: _, line: __, ...finding }: Finding): Finding => finding;

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
    const { commands, overtaken } = overtaking(workspace, test, scanners);
    const ran = await runner.sideBySide(commands);
    stage.signal.throwIfAborted();
    const folderOf = (name: string): string => wanted.scan[name]?.directory ?? '.';
    const today = stage.wall().toISOString().slice(0, 10);
    const excepting = wanted.exceptions === undefined ? {} : { exceptions: wanted.exceptions };
    const read = await readReports({ workspace, test, ran, before, overtaken, folderOf, today, ...excepting });
    const reports = {
      ...read,
      scans: read.scans.map((one) => ({
        ...one,
        findings: one.findings.map((found) => (found.file === env['IMAGE_LAYOUT'] ? unplaced(found) : found)),
      })),
    };
    const {
      scan: report,
      says,
      notes,
    } = judge(test, {
      ...nothingFound(today),
      ...reports,
      ...excepting,
    });
    evidence.scan = report;
    evidence.notes = [...evidence.notes, ...notes];
    note(says);
    concluded(report, says);
  });

/** A scanner that is given an index chooses one of its images, and does not say so to whoever reads its report. */
const severalNote = (platforms: ImageReport['platforms']): Note => ({
  kind: 'warning',
  text: `the image is for ${platforms.map(({ platform }) => platform).join(', ')}; most scanners look at one of these, unless their commands name each`,
});

/** What a list of parts leaves open: whether it is of this image, and what its other platforms hold. */
const sbomNotes = (
  { names, platform }: Pick<NonNullable<ImageReport['sbom']>, 'names' | 'platform'>,
  platforms: ImageReport['platforms'],
): readonly Note[] => {
  const others = platforms.map((one) => one.platform).filter((one) => one !== platform);
  if (names === undefined)
    return [{ kind: 'info', text: 'the list of parts does not name the image: that it is of this one, only the command of `sbom` knows' }]; // prettier-ignore
  return platform === undefined || others.length === 0
    ? []
    : [{ kind: 'warning', text: `the list of parts is of ${platform} alone; the image is also for ${others.join(', ')}` }]; // prettier-ignore
};

const sbomOf = (file: string, ran: Ran | undefined, image: ImageReport) => {
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
  const read = readSbom(found.bytes.toString('utf8'), image);
  if ('wrong' in read) throw fault(read.wrong);
  return { ...read.sbom, ...found };
};
