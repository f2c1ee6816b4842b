import type { FaultCode } from '#fault';

/** The exit codes that all programs on a host share. 0 is success; 1 is the program's own fault. */
export const exitCodes = {
  64: { fault: 'INTERNAL', what: 'the program was given input that it does not take' },
  69: { fault: 'PREFLIGHT', what: 'a program is missing on the host' },
  73: { fault: 'PREFLIGHT', what: 'the host cannot write' },
  75: { fault: 'TX_BUSY', what: 'another run holds the target' },
  77: { fault: 'PREFLIGHT', what: 'a right is missing on the host' },
  78: { fault: 'STATE_UNREADABLE', what: 'the state on the host cannot be read' },
  79: { fault: 'TX_FENCED', what: 'a newer transaction has begun' },
  80: { fault: 'TX_LATE', what: 'too late: the host took the release back already' },
  81: { fault: 'TX_BUSY', what: 'another transaction is armed' },
} as const satisfies Record<number, { fault: FaultCode; what: string }>;
