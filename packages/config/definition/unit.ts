import { z } from 'zod';

const upTo = (most: number, least = 1) => {
  const error = `expected a whole number from ${least} to ${most}`;
  return z.int(error).min(least, error).max(most, error);
};
const inMegabytes = 'expected megabytes, like 300M';
const megabytes = z.string(inMegabytes).regex(/^(?:0|[1-9]\d{0,6})M$/, inMegabytes);
const ofProcessors = 'expected a percentage of one processor, like 150%';
const on = z.literal(true, 'expected true: it can only be turned on');

/** Settings of a service's unit. Each takes something away from the service: root's program for units of the system has the same list. */
export const unitSettings = {
  MemoryMax: megabytes.optional().describe('Memory of all its processes together; more, and they are killed.'),
  MemoryHigh: megabytes.optional().describe('Memory from which on they are slowed down.'),
  MemorySwapMax: megabytes.optional().describe('Swap that they may use.'),
  CPUQuota: z
    .string(ofProcessors)
    .regex(/^[1-9]\d{0,3}%$/, ofProcessors)
    .optional()
    .describe('Processor time that they may use, of one processor.'),
  CPUWeight: upTo(100).optional().describe('Their share of the processors where those are short; others have 100.'),
  IOWeight: upTo(100).optional().describe('Their share of the disks where those are short; others have 100.'),
  TasksMax: upTo(99_999).optional().describe('How many processes and threads there may be.'),
  Nice: upTo(19, 0).optional().describe('How willing they are to let others go first.'),
  OOMScoreAdjust: upTo(1000, 0).optional().describe('How soon they are chosen when the host is out of memory.'),
  NoNewPrivileges: on.optional().describe('They can gain no rights, not even by sudo.'),
  PrivateTmp: on.optional().describe('They have a /tmp of their own.'),
};

export const unit = z
  .strictObject(unitSettings)
  .transform((keys) =>
    Object.entries(keys).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${value === true ? 'yes' : String(value)}`],
    ),
  )
  .describe(
    'Settings of its unit, where systemd runs the services (`manager`), in systemd’s words (`man systemd.resource-control`, `man systemd.exec`).',
  );
