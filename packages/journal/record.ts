import type { Approval, Signed, TransactionRecord } from '#plan';
import type { Event } from './events.ts';

const when = ({ at }: Event): string => new Date(at * 1000).toISOString();

/** The first line is a name; what follows it is why. */
const signed = (event: Event): Signed => ({ by: event.text.split('\n')[0] ?? '', at: when(event) });

/** Approvals as the journal keeps them: one line of text. */
export const approvalsText = (approvals: readonly Approval[]): string =>
  approvals.length === 0 ? '' : JSON.stringify(approvals.map(({ environment, by }) => ({ environment, by })));

const isApproval = (value: unknown): value is Approval => {
  const { environment, by } = (value ?? {}) as Partial<Record<keyof Approval, unknown>>;
  return typeof environment === 'string' && typeof by === 'string';
};

/** What {@link approvalsText} wrote; nothing where it is something else. */
const approvalsOf = (text: string): readonly Approval[] => {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isApproval) : [];
  } catch {
    return [];
  }
};

/** What the journal keeps of one transaction; undefined: nothing. */
export const recordOf = (events: readonly Event[], number: number): TransactionRecord | undefined => {
  const its = events.filter(({ tx }) => tx === number);
  const last = (name: Event['e']): Event | undefined => its.findLast(({ e }) => e === name);
  const [opened, approved, confirmed] = [last('opened'), last('approved'), last('confirmed')];
  const release = its.findLast((event) => event.release !== undefined)?.release;
  if (release === undefined) return undefined;
  return {
    transaction: `t${number}`,
    release,
    ...(opened === undefined ? {} : { opened: signed(opened) }),
    approvals: approvalsOf(approved?.text ?? ''),
    ...(confirmed === undefined ? {} : { confirmedAt: when(confirmed) }),
    verified: its.filter(({ e }) => e === 'verified').map(signed),
  };
};
