import { ok, type Result } from '#fault';
import { programs, type Input, type Output, type Program, type ProgramName } from '#remote';
import type { HostOptions } from './address.ts';
import type { Host } from './port.ts';
import { openSession } from './session.ts';

/**
 * Connects to a host over SSH. Nothing throws.
 * Faults: `SSH_KEY_UNREADABLE`, `SSH_HOST_KEY_*`, `SSH_REFUSED`, `SSH_UNREACHABLE`, `CANCELLED`.
 */
export const openHost = async (options: HostOptions): Promise<Result<Host>> => {
  const session = await openSession(options);
  if (!session.ok) return session;
  return ok({
    name: options.name,
    run: <P extends ProgramName>(name: P, input: Input<P>, how = {}) => {
      // One entry of the table: its input and output belong together, which the type of the table as a whole cannot say.
      const program = programs[name] as unknown as Program<Input<P>, Output<P>>;
      return session.value.run(name, program, input, how);
    },
    reach: session.value.reach,
    serve: session.value.serve,
    close: session.value.close,
  });
};
