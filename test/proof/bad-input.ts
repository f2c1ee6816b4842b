import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '#plan';
import { startJob, workflowRun } from '../runner/index.ts';
import type { StepEnd } from '../runner/index.ts';
import { cases, goodYaml, type BadInput } from './bad-input/cases.ts';
import { badInputHost, type BadInputHost } from './bad-input/host.ts';
import { tally, type ProofEnd, type ProofOptions, type Tally } from './tally.ts';

const root = join(import.meta.dirname, '../..');

/** Cases that are played at the same time, each lane with a host of its own. */
const lanes = 2;

const stackLine = /^\s+at .+[:(]\d+/m;

const reportOf = (end: StepEnd): Report | undefined => {
  const path = end.outputs['report'];
  return path !== undefined && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
};

const playCase = async (at: BadInputHost, one: BadInput, dist: string): Promise<readonly StepEnd[]> => {
  const file = join(at.repository.dir, 'landfall.yml');
  rmSync(file, { force: true });
  if (one.yaml !== null) writeFileSync(file, one.yaml ?? goodYaml(at));
  const beside = one.file === undefined ? undefined : join(at.repository.dir, one.file.path);
  if (beside !== undefined) {
    mkdirSync(dirname(beside), { recursive: true });
    writeFileSync(beside, one.file?.text ?? '');
  }
  const temp = join(at.dir, 'runner');
  mkdirSync(temp, { recursive: true });
  const job = startJob({
    dist,
    root,
    run: workflowRun({ sha: at.repository.head() }),
    workspace: at.repository.dir,
    temp,
  });
  const end = await job.uses(one.action, { inputs: { 'ssh-key': at.key.privateKey, ...one.inputs } });
  const posts = await job.finish();
  if (beside !== undefined) rmSync(dirname(beside), { recursive: true });
  return [...(end === undefined ? [] : [end]), ...posts];
};

const judge = (at: BadInputHost, one: BadInput, [end, ...posts]: readonly StepEnd[], counts: Tally): void => {
  const what = `${one.action}, ${one.says}`;
  const code = one.code ?? 'INPUT_INVALID';
  const result = code === 'INPUT_INVALID' ? 'refused' : 'failed';
  if (end === undefined) {
    counts.held(`${what}: was played`, false);
    return;
  }
  const log = end.log.join('\n');
  const report = reportOf(end);
  const all = [log, end.summary, JSON.stringify(report), ...posts.flatMap((post) => [post.log.join('\n'), post.summary])].join('\n'); // prettier-ignore
  const written = report === undefined ? '' : JSON.stringify(report.fault).replaceAll('\\"', '"');
  const pinned = end.annotations.map(({ message }) => message).join('\n');
  counts.held(`${what}: exit 1`, end.exit === 1, () => `${end.exit ?? end.signal ?? '?'}`);
  counts.held(`${what}: output result`, end.outputs['result'] === result, () => end.outputs['result'] ?? 'none');
  counts.held(`${what}: report`, report?.result === result && report.fault?.code === code, () => written || 'none');
  counts.held(`${what}: log`, log.includes(`${code}: `) && log.includes('Next: '), () => log);
  counts.held(`${what}: summary`, end.summary.includes(`${one.action}: ${result}`), () => end.summary);
  counts.held(
    `${what}: annotation`,
    end.annotations.some(({ level, title }) => level === 'error' && title === code),
    () => JSON.stringify(end.annotations),
  );
  for (const text of one.told) {
    counts.held(`${what}: log says ${text}`, log.includes(text), () => log);
    // the line stands beside the place there
    const bare = text.replace(/:\d*$/, '');
    counts.held(`${what}: report says ${text}`, written.includes(bare), () => written);
    counts.held(`${what}: summary says ${text}`, plainly(end.summary).includes(bare), () => end.summary);
    counts.held(`${what}: annotations say ${text}`, pinned.includes(bare), () => pinned);
  }
  const place = one.file?.path ?? 'landfall.yml';
  for (const line of one.lines ?? []) {
    const there = end.raw.some((text) => text.startsWith('::error ') && text.includes(`file=${place}`) && new RegExp(`[ ,]line=${line}[,:]`).test(text)); // prettier-ignore
    counts.held(`${what}: annotation at ${place}:${line}`, there, () => end.raw.filter((text) => text.startsWith('::error ')).join('\n')); // prettier-ignore
    counts.held(`${what}: log names ${place}:${line}`, log.includes(`${place}:${line}: `), () => log);
  }
  counts.held(`${what}: no stack trace`, !stackLine.test(all), () => stackLine.exec(all)?.[0] ?? '');
  counts.held(`${what}: no words of a defect`, !/INTERNAL|undefined|\[object/.test(all), () => all);
  if (one.hides !== undefined) counts.held(`${what}: hides what it was given`, !all.includes(one.hides));
  counts.held(`${what}: post has nothing to do`, posts.every(({ exit, log: said }) => exit === 0 && said.length === 0), () => JSON.stringify(posts.map(({ exit, log: said }) => [exit, said]))); // prettier-ignore
};

/** A summary without what Markdown needs. */
const plainly = (text: string): string =>
  text.replaceAll(/\\([^\w\s])/g, '$1').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#124;', '|'); // prettier-ignore

/** What is wrong is said, all of it at once, before anything is done. */
export const badInput = async (options: ProofOptions): Promise<ProofEnd> => {
  const counts = tally(options);
  let played = 0;
  const lane = async (number: number): Promise<void> => {
    const at = await badInputHost();
    try {
      for (const [index, one] of cases(at).entries()) {
        if (index % lanes !== number) continue;
        const [before, connections] = [at.fingerprint(), at.connections()];
        judge(at, one, await playCase(at, one, options.dist), counts);
        played += 1;
        const what = `${one.action}, ${one.says}`;
        counts.held(`${what}: nothing changed on the host`, at.fingerprint() === before);
        const made = at.connections() - connections;
        counts.held(`${what}: connections`, one.connects === true ? made > 0 : made === 0, () => String(made));
      }
    } finally {
      await at.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  counts.line(`bad input: ${played} cases over three actions, each told in log, annotations, summary, outputs and report; nothing changed, no connection for what is wrong with inputs`); // prettier-ignore
  return counts.end();
};
