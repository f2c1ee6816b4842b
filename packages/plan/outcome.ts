import type { Fault, FaultCode } from '#fault';
import type { Outcome } from './types.ts';

/** Faults that say "not like this": nothing was begun, or what was begun is not this caller's. */
const refusing: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'INPUT_INVALID',
  'FORK_REFUSED',
  'PREFLIGHT',
  'PATH_OCCUPIED',
  'HOST_DRIFTED',
  'STATE_NEWER',
  'TX_BUSY',
  'TX_FENCED',
  'TX_UNDONE',
  'TX_HELD',
  'TX_STALE',
  'TX_ROLLED_BACK',
  'TX_NOTHING_SWITCHED',
  'TX_NOT_PREPARED',
  'SOURCE_UNFIT',
  'ENVIRONMENT_LOCK',
  'SERVICE_UNFIT',
  'MIGRATIONS_PENDING',
  'SCHEMA_DIFFERS',
  'RELEASE_UNKNOWN',
  'RELEASE_AMBIGUOUS',
  'EVIDENCE_MISSING',
  'EVIDENCE_DIFFERS',
  'BUILDER_UNFIT',
  'IMAGE_TAG_TAKEN',
  'IMAGE_MISSING',
  'IMAGE_UNKNOWN',
  'IMAGE_DIFFERS',
]);

/** What an action came to that ended with this fault and has nothing to take back. `TX_LATE`: the host has taken it back itself; `UNDO_FAILED`: it could not. */
export const outcomeOf = ({ code }: Pick<Fault, 'code'>): Outcome => {
  if (code === 'TX_LATE') return 'undone';
  if (code === 'UNDO_FAILED') return 'held';
  return refusing.has(code) ? 'refused' : 'failed';
};
