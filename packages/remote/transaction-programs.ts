import { readFileSync } from 'node:fs';
import type { Manager } from '#plan';
import { unitsFoundOf } from './hand-made.ts';
import { foundOf, processOf } from './look.ts';
import { lists, pairs, program } from './program.ts';

const common = readFileSync(new URL('./common.sh', import.meta.url), 'utf8');
const dotenv = readFileSync(new URL('./dotenv.sh', import.meta.url), 'utf8');
const transaction = common + readFileSync(new URL('./transaction.sh', import.meta.url), 'utf8');
const scrub = readFileSync(new URL('./scrub.sh', import.meta.url), 'utf8');
const processes = readFileSync(new URL('./processes.sh', import.meta.url), 'utf8');
const rpc = readFileSync(new URL('./rpc.sh', import.meta.url), 'utf8');
const supervisor = readFileSync(new URL('./supervisor.sh', import.meta.url), 'utf8');
const systemd = readFileSync(new URL('./systemd.sh', import.meta.url), 'utf8');
const system = readFileSync(new URL('./system.sh', import.meta.url), 'utf8');
const site = readFileSync(new URL('./site.sh', import.meta.url), 'utf8');
const keepers = readFileSync(new URL('./keepers.sh', import.meta.url), 'utf8');
const kept = readFileSync(new URL('./kept.sh', import.meta.url), 'utf8');
const halting = readFileSync(new URL('./halting.sh', import.meta.url), 'utf8');
const managers = readFileSync(new URL('./managers.sh', import.meta.url), 'utf8');
const roles = readFileSync(new URL('./roles.sh', import.meta.url), 'utf8');
const serving = readFileSync(new URL('./serving.sh', import.meta.url), 'utf8');
const carryEnv = readFileSync(new URL('./carry-env.sh', import.meta.url), 'utf8');
const manager = readFileSync(new URL('./manager.sh', import.meta.url), 'utf8');
const adopting = readFileSync(new URL('./adopting.sh', import.meta.url), 'utf8');
/** What programs begin with that read or change what serves. */
export const serviceText =
  transaction +
  dotenv +
  scrub +
  processes +
  rpc +
  supervisor +
  systemd +
  system +
  site +
  keepers +
  kept +
  halting +
  managers +
  roles +
  serving +
  carryEnv +
  manager;
const service = serviceText;
/** What programs begin with that look at units which root has written. */
export const unitText = service + readFileSync(new URL('./system-unit.sh', import.meta.url), 'utf8');
const uv = readFileSync(new URL('./uv.sh', import.meta.url), 'utf8');
const hooks = readFileSync(new URL('./hooks.sh', import.meta.url), 'utf8');
/** What programs begin with that may take a transaction back. */
export const undoingText = service + hooks + adopting + readFileSync(new URL('./undoing.sh', import.meta.url), 'utf8');
const undoing = undoingText;

/** The programs that lie on a host from the first transaction on, for its watchdog, its process manager and a person. */
const resident = {
  undo:
    undoing +
    readFileSync(new URL('./notices.sh', import.meta.url), 'utf8') +
    readFileSync(new URL('./undo.sh', import.meta.url), 'utf8'),
  status: service + readFileSync(new URL('./status.sh', import.meta.url), 'utf8'),
  start: common + dotenv + readFileSync(new URL('./start.sh', import.meta.url), 'utf8'),
} as const;

const residents = Object.entries(resident).map(([name, text]) => ({ name, body: Buffer.from(text) }));

/** What `open` reads on stdin: the resident programs, in the order in which its arguments name them. What notices there are follows them. */
export const residentBody: Buffer = Buffer.concat(residents.map(({ body }) => body));

const standing = (stdout: Buffer): { phase: string; number: number; release: string } => {
  const at = pairs(stdout);
  return { phase: at.get('phase') ?? '', number: Number(at.get('number') ?? 0), release: at.get('release') ?? '' };
};

const readTheLog = 'Read the lines above. `sh <base>/.landfall/status` on the host says what serves and how to go on.';

/** Ten minutes for the mutex, a quarter of an hour for the undo that fits into it (`tooSlow` of plan), a minute for its hook, and some more. */
const undoLimitMs = 1_800_000;

/** Programs of the transaction: they read or change its state, and what serves. Durations in seconds, as the host counts. */
export const transactionPrograms = {
  look: program({
    text: service + uv + readFileSync(new URL('./look.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; path: string; python: string; programs: readonly string[] }) => [
      input.base,
      input.path,
      input.python,
      ...input.programs,
    ],
    out: foundOf,
    fault: 'STATE_UNREADABLE',
    next: readTheLog,
  }),
  units: program({
    text: unitText + readFileSync(new URL('./units.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; services: readonly string[] }) => [input.base, ...input.services],
    out: unitsFoundOf,
    fault: 'STATE_UNREADABLE',
    next: readTheLog,
  }),
  /** Reads the words of a site. `missing`: no program of root's would take one. */
  'try-site': program({
    text: service + readFileSync(new URL('./try-site.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 120_000,
    args: (input: { base: string }) => [input.base],
    out: (stdout) => {
      const at = pairs(stdout);
      const refused = at.get('refused');
      return {
        missing: at.get('missing') === 'yes',
        /** What it may be for. */
        domains: (at.get('domains') ?? '').split(' ').filter(Boolean),
        refused: refused === undefined ? undefined : Buffer.from(refused, 'base64').toString('utf8').split('\n'),
      };
    },
    fault: 'PROGRAM_FAILED',
    next: readTheLog,
  }),
  describe: program({
    text: common + readFileSync(new URL('./describe.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 30_000,
    args: (input: { base: string; release: string }) => [input.base, input.release],
    out: (stdout) => stdout.toString('utf8'),
    fault: 'RELEASE_UNKNOWN',
    next: 'Name another release with `to`, or deploy that commit again.',
  }),
  recover: program({
    text: common + readFileSync(new URL('./recover.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: undoLimitMs,
    args: (input: { base: string }) => [input.base],
    // what the program of an earlier version lies there and does not say counts as a change
    out: (stdout) => ({ ...standing(stdout), untouched: pairs(stdout).get('untouched') === 'yes' }),
    fault: 'UNDO_FAILED',
    next: readTheLog,
  }),
  open: program({
    text: undoing + readFileSync(new URL('./open.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 120_000,
    args: (input: {
      base: string;
      path: string;
      seen: string;
      how: 'anew' | 'again';
      kind: 'deploy' | 'rollback';
      release: string;
      limit: number;
      /** key=value lines, without newlines in a value. */
      claim: readonly string[];
      /** The bytes of notices that follow the programs on stdin: what the host may send by itself. Not given: none. */
      notices?: number;
    }) => [
      input.base,
      input.path,
      input.seen,
      input.how,
      input.kind,
      input.release,
      String(input.limit),
      ...input.claim,
      '--',
      ...residents.flatMap(({ name, body }) => [name, String(body.length)]),
      ...(input.notices === undefined ? [] : ['notices', String(input.notices)]),
    ],
    out: (stdout) => {
      const at = pairs(stdout);
      return { number: Number(at.get('number')), previous: at.get('previous') ?? '' };
    },
    fault: 'STATE_UNREADABLE',
    next: readTheLog,
  }),
  beat: program({
    text: transaction + readFileSync(new URL('./beat.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 15_000,
    args: (input: { base: string; driver: string }) => [input.base, input.driver],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: readTheLog,
  }),
  switch: program({
    text: undoing + readFileSync(new URL('./switch.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: 1_800_000,
    limitOf: ({ limit }) => limit * 1000,
    args: (input: {
      base: string;
      number: number;
      release: string;
      limit: number;
      within: number;
      environmentFrom: string;
      /** What is to run the services. Not given: what runs them now, else what the host has. */
      manager?: Manager | undefined;
    }) => [
      input.base,
      String(input.number),
      input.release,
      String(input.limit),
      String(input.within),
      input.environmentFrom,
      input.manager ?? '',
    ],
    out: (stdout) => ({
      remaining: Number(pairs(stdout).get('remaining')),
      /** How long ago its youngest main process began: ms. */
      since: Number(pairs(stdout).get('since')) * 10,
      processes: lists(stdout).flatMap(([key, value]) => (key === 'process' ? [processOf(value)] : [])),
    }),
    fault: 'SWITCH_FAILED',
    next: 'The lines above are what the services said. Mend the release and deploy again; the one before it is brought back.',
  }),
  hook: program({
    text: undoing + readFileSync(new URL('./hook.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: 1_800_000,
    limitOf: ({ limit }) => limit * 1000,
    args: (input: { base: string; number: number; moment: 'before-switch' | 'after-switch'; limit: number }) => [
      input.base,
      String(input.number),
      input.moment,
    ],
    out: (stdout) => ({ remaining: Number(pairs(stdout).get('remaining')) }),
    fault: 'HOOK_FAILED',
    next: 'The lines above are what the hook said. Mend it, or what it found, and deploy again.',
  }),
  renew: program({
    text: undoing + readFileSync(new URL('./renew.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: undoLimitMs,
    args: (input: { base: string; number: number; within: number }) => [
      input.base,
      String(input.number),
      String(input.within),
    ],
    out: (stdout) => ({ remaining: Number(pairs(stdout).get('remaining')) }),
    fault: 'UNDO_FAILED',
    next: readTheLog,
  }),
  confirm: program({
    text: undoing + readFileSync(new URL('./confirm.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: undoLimitMs,
    args: (input: { base: string; number: number }) => [input.base, String(input.number)],
    out: standing,
    fault: 'UNDO_FAILED',
    next: readTheLog,
  }),
  'take-back': program({
    text: common + readFileSync(new URL('./take-back.sh', import.meta.url), 'utf8'),
    interrupt: 'finish',
    limitMs: undoLimitMs,
    args: (input: { base: string; number: number; why: string }) => [input.base, String(input.number), input.why],
    out: standing,
    fault: 'UNDO_FAILED',
    next: readTheLog,
  }),
  checked: program({
    text: transaction + readFileSync(new URL('./checked.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; number: number }) => [input.base, String(input.number)],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: readTheLog,
  }),
  tell: program({
    text: transaction + readFileSync(new URL('./tell.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; numbers: readonly number[] }) => [input.base, ...input.numbers.map(String)],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: readTheLog,
  }),
  'sign-off': program({
    text: transaction + readFileSync(new URL('./sign-off.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 60_000,
    args: (input: { base: string; seen: string; number: number; run: string; attempt: number; who: string }) => [
      input.base,
      input.seen,
      String(input.number),
      input.run,
      String(input.attempt),
      input.who,
    ],
    out: () => undefined,
    fault: 'PROGRAM_FAILED',
    next: readTheLog,
  }),
  prune: program({
    text: transaction + readFileSync(new URL('./prune.sh', import.meta.url), 'utf8'),
    interrupt: 'kill',
    limitMs: 600_000,
    args: (input: { base: string; number: number; what: 'releases' | 'envs'; ids: readonly string[] }) => [
      input.base,
      String(input.number),
      input.what,
      ...input.ids,
    ],
    out: (stdout) => lists(stdout).flatMap(([key, value]) => (key === 'deleted' ? [value] : [])),
    fault: 'PROGRAM_FAILED',
    next: 'The deploy itself is done. Look at the free space and the rights below <base>/releases.',
  }),
};
