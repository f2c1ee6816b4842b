/** Which run a transaction is of. */
export type By = {
  readonly run?: string;
  readonly attempt?: number;
  readonly runNumber?: number;
  /** As the journal keeps it. */
  readonly workflow?: string;
  readonly repository?: string;
};

/** How far a transaction came. */
export type End = 'confirmed' | 'undone' | 'undone-unswitched' | 'held' | 'switched' | 'open';

/** A line as a host's `note` writes it. */
export const line = (tx: number, e: string, text: string, values: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    v: 1,
    tx,
    e,
    at: 1_750_000_000 + tx,
    up: 100 + tx,
    ...values,
    text: Buffer.from(text).toString('base64'),
  });

const after: Readonly<Record<End, readonly string[]>> = {
  confirmed: ['switching', 'switched', 'confirmed'],
  undone: ['switching', 'switched', 'undone'],
  'undone-unswitched': ['undone'],
  held: ['switching', 'held'],
  switched: ['switching', 'switched'],
  open: [],
};

/** Writes a journal as hosts do, transaction after transaction; `previous` is what was confirmed last. */
export const chronicle = () => {
  const lines: string[] = [];
  let number = 0;
  let live = '';
  const add = (kind: string, release: string, by: By, end: End, of?: string): number => {
    number += 1;
    const releases = { release, previous: live };
    const { run = `run-${number}`, attempt = 1, runNumber = number, workflow = 'ship', repository = 'o/r' } = by;
    const who = { run, attempt: String(attempt), run_number: String(runNumber), repository, workflow };
    lines.push(line(number, 'opened', 'ann', { kind, ...(of === undefined ? who : { of }), ...releases }));
    for (const e of of === undefined ? after[end] : after[end].slice(-1)) lines.push(line(number, e, '', releases));
    if (end === 'confirmed') live = release;
    return number;
  };
  return {
    deploy: (release: string, by: By = {}, end: End = 'confirmed') => add('deploy', release, by, end),
    rollback: (release: string, by: By = {}, end: End = 'confirmed') => add('rollback', release, by, end),
    /** A person took a confirmed transaction back: a transaction of its own, of no run. */
    byHand: (of: number, release: string, end: End = 'confirmed') => add('undo', release, {}, end, `t${of}`),
    lines: (): readonly string[] => lines,
    text: (): string => lines.map((one) => `${one}\n`).join(''),
  };
};
