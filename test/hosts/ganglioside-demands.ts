import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployed, Ganglioside } from './ganglioside-site.ts';
import { demand } from './play.ts';

/** The release of a deploy, which must be done. */
export const done = (end: Deployed): string => {
  const { result, release = '' } = end.report;
  demand(result === 'done', () => `the deploy is ${result}: ${end.log.slice(-25).join('\n')}`);
  return release;
};

/** What went wrong in a deploy, which must have been undone. */
export const undone = (end: Deployed): NonNullable<Deployed['report']['fault']> => {
  const { result, fault } = end.report;
  if (result !== 'undone' || fault === undefined || end.exit !== 1)
    throw new Error(`the deploy is ${result}, exit ${end.exit ?? ''}: ${end.log.slice(-25).join('\n')}`);
  return fault;
};

/** Which of its checks passed, by name, in their order. */
export const verdicts = (end: Deployed): ReadonlyMap<string, boolean> =>
  new Map(end.report.checks.map(({ says, ok }) => [says, ok]));

/** This release serves, in all its parts; so much time it may take to (ms). */
export const demandServes = async (site: Ganglioside, release: string, ms = 120_000): Promise<void> => {
  const until = performance.now() + ms;
  for (;;) {
    const wrong = await site.wrong(release);
    if (wrong.length === 0) return;
    demand(performance.now() < until, () => wrong.join('; '));
    await sleep(1000);
  }
};

/** Nobody has left anything in the application: an analysis, a result, a session, an uploaded file. */
export const demandEmpty = async ({ host, base, query }: Ganglioside): Promise<void> => {
  const tables = ['analyses_analysis', 'analyses_result', 'django_session'];
  const counts = (await query(tables.map((table) => `SELECT count(*) FROM ${table};`).join('\n'))).trim().split('\n');
  const files = (await host.exec(`find ${base}/shared/media -type f | wc -l`)).trim();
  const found = [...tables, 'files'].map((name, at) => `${name} ${[...counts, files][at] ?? ''}`);
  demand(
    found.every((one) => one.endsWith(' 0')),
    () => `there are left: ${found.join(', ')}`,
  );
};

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
