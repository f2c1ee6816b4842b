import { outside, runChecks } from '#check';
import type { Settings } from '#config';
import { Failure } from '#fault';
import type { Host } from '#host';
import type { Checked, Found, Process, ReleaseId } from '#plan';
import type { Scene } from './scene.ts';
import { look } from './survey.ts';

type Outside = Pick<Scene, 'timeline' | 'evidence' | 'clock' | 'env' | 'files' | 'signal' | 'show'> & {
  readonly target: Pick<Settings, 'checks' | 'url'>;
  readonly host?: Pick<Host, 'reach'>;
};

/** Asks from outside whether the release serves. Throws CHECK_FAILED. */
export const checkOutside = async (scene: Outside, deadline?: number): Promise<void> => {
  const { target, timeline, evidence, clock, env, files, host, signal, show } = scene;
  const checks = target.checks;
  if (checks.length === 0) {
    evidence.notes = [
      ...evidence.notes,
      { kind: 'warning', text: 'not checked from outside: there is no url and no check' },
    ];
    return;
  }
  await timeline.step('checks', 'check the release from outside', async (note) => {
    const checked = await runChecks(checks, {
      ...(target.url === undefined ? {} : { url: target.url }),
      ...outside,
      clock,
      env,
      read: files,
      ...(host === undefined ? {} : { reach: (to, until) => host.reach(to, until) }),
      signal,
      ...(deadline === undefined ? {} : { deadline }),
      show: (line) => {
        show(`    ${line}`);
      },
    });
    evidence.checks = checked;
    note(`${checked.filter(({ ok }) => ok).length} of ${checked.length} passed`);
    const failure = failureOf(checked);
    if (failure !== undefined) throw failure;
  });
  signal.throwIfAborted();
};

/** What checks that failed come to; undefined: none did. The first is named, for the others may have failed because of it. */
export const failureOf = (checked: readonly Checked[]): Failure | undefined => {
  const red = checked.filter(({ ok }) => !ok);
  const [first, ...others] = red;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : `; ${others.length} more of ${checked.length} failed after it`;
  return new Failure({
    code: 'CHECK_FAILED',
    what: `the check ${first.says} failed: ${first.found ?? ''}${more}`,
    step: 'checks',
    said: red.map(({ says, found }) => `${says}: ${found ?? 'failed'}`),
    next: 'Read what was found instead, mend the release (or the check, under `smoke`), and deploy again.',
  });
};

/** What is wrong with the processes of a release; empty: each service has one, and all run it. */
export const strays = (
  found: Pick<Found, 'current' | 'processes'>,
  release: ReleaseId,
  services: readonly string[],
): readonly string[] => [
  ...(found.current === release ? [] : [`current leads to ${found.current || 'nothing'}, not to ${release}`]),
  ...services
    .filter((name) => !found.processes.some(({ service }) => service === name))
    .map((name) => `${name}: no process was found`),
  ...found.processes
    .filter(({ verdict, release: runs }) => verdict !== 'ok' || runs !== release)
    .map(({ service, pid, release: runs, verdict }) =>
      verdict === 'missing'
        ? `${service}: no process runs`
        : services.includes(service)
          ? `${service}: process ${pid} runs ${runs}`
          : `${service}: is no service of ${release}, and runs (process ${pid} on ${runs})`,
    ),
];

/** The pids of each service. */
const pidsOf = (processes: readonly Process[]): ReadonlyMap<string, ReadonlySet<number>> => {
  const pids = new Map<string, Set<number>>();
  for (const { service, pid } of processes) pids.set(service, (pids.get(service) ?? new Set()).add(pid));
  return pids;
};

/**
 * Proves from outside the application which release each process runs. Where the processes after the switch are known, each
 * service must still have one of them: a service that was started anew since is in a crash loop. Throws SWITCH_FAILED.
 */
export const checkProcesses = async (scene: Scene, release: ReleaseId, services: readonly string[]): Promise<Found> =>
  scene.timeline.step('processes', 'ask which release each process runs', async (note) => {
    const found = await look(scene);
    const before = pidsOf(scene.evidence.processes);
    const now = pidsOf(found.processes);
    const restarted = [...before].filter(
      ([service, pids]) => ![...pids].some((pid) => now.get(service)?.has(pid) === true),
    );
    const wrong = [
      ...strays(found, release, services),
      ...restarted.map(([service]) => `${service}: it ended and was started again since the switch`),
    ];
    scene.evidence.processes = found.processes;
    if (wrong.length > 0)
      throw new Failure({
        code: 'SWITCH_FAILED',
        what: `not every process is on ${release}`,
        host: scene.host.name,
        said: wrong,
        next: 'Look at the service’s log below <base>/shared/logs on the host.',
      });
    note(`${found.processes.length} on ${release}`);
    return found;
  });
