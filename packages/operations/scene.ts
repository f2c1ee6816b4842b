import { Failure } from '#fault';
import type { ReadFile, Target } from '#config';
import type { Host, How } from '#host';
import type { Evidence as Chain } from '#plan';
import type { Clock, GitHub, Report, RunContext, Step, Timeline } from '#plan';
import { programs } from '#remote';
import type { Input, Output, ProgramName } from '#remote';

/** What an action finds out as it goes: its report is made of it, also when it fails half-way. */
export type Evidence = {
  -readonly [
    K in
      | 'transaction'
      | 'release'
      | 'previous'
      | 'commit'
      | 'image'
      | 'gap'
      | 'processes'
      | 'checks'
      | 'undo'
      | 'notes'
      | 'reverted'
      | 'plan'
      | 'approvals'
      | 'record'
      | 'sockets'
      | 'evidence'
      | 'scan'
      | 'built'
  ]: Report[K];
};

export const noEvidence = (): Evidence => ({
  transaction: undefined,
  release: undefined,
  previous: undefined,
  commit: undefined,
  image: undefined,
  gap: undefined,
  processes: [],
  checks: [],
  undo: undefined,
  notes: [],
  reverted: undefined,
  plan: undefined,
  approvals: undefined,
  record: undefined,
  sockets: undefined,
  evidence: undefined,
  scan: undefined,
  built: undefined,
});

/** Where operations play: one host, one target, one run, and the means to act and to tell. */
export type Scene = {
  readonly host: Host;
  readonly target: Target;
  readonly context: RunContext;
  readonly clock: Clock;
  /** Wall clock, for people: never decides anything. */
  readonly wall: () => Date;
  /** Fires after so many ms: for what a cancel does not cut. */
  readonly deadline: (ms: number) => AbortSignal;
  readonly signal: AbortSignal;
  readonly show: (line: string) => void;
  /** The runner's directory for temporary files. */
  readonly temp: string;
  readonly timeline: Timeline;
  readonly evidence: Evidence;
  readonly github: GitHub;
  /** A transaction was opened: told once, and not waited for. */
  readonly opened?: () => void;
  /** Values that checks may use as `$NAME`. */
  readonly env: Readonly<Record<string, string>>;
  /** The evidence that is deployed with the release. */
  readonly chain?: Chain;
  /** Files of the checkout that checks send. */
  readonly files: ReadFile;
};

/** A step whose call is one of the table's programs. */
export type StepOf<P extends ProgramName> = Step & { readonly call: { readonly program: P; readonly input: Input<P> } };

const exclusive: ReadonlySet<ProgramName> = new Set<ProgramName>([
  'open',
  'adopt',
  'switch',
  'hook',
  'migrate',
  'renew',
  'confirm',
  'take-back',
  'checked',
  'sign-off',
  'prune',
  'keep-evidence',
  'recover',
]);

/** One step on the host, as data. */
export const step = <P extends ProgramName>(
  scene: Pick<Scene, 'host'>,
  id: string,
  says: string,
  program: P,
  input: Input<P>,
): StepOf<P> => ({
  id,
  on: scene.host.name,
  says,
  call: { program, input },
  exclusive: exclusive.has(program),
  interrupt: programs[program].interrupt,
});

/** Carries one step out, shown and timed. Throws a Failure that names the step. */
export const perform = async <P extends ProgramName>(
  scene: Scene,
  { id, says, call }: StepOf<P>,
  how: How & { note?: (output: Output<P>) => string } = {},
): Promise<Output<P>> =>
  scene.timeline.step(id, says, async (note) => {
    const result = await scene.host.run(call.program, call.input, {
      signal: scene.signal,
      onLine: (line) => {
        if (line.trim() !== '') scene.show(`    ${line}`);
      },
      ...how,
    });
    if (!result.ok) throw new Failure({ step: id, ...result.fault });
    if (how.note !== undefined) note(how.note(result.value));
    return result.value;
  });
