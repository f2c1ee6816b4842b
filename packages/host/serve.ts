import type { Duplex } from 'node:stream';
import { fail, ok, type Result } from '#fault';
import type { Link, Listening } from './link.ts';

/** Lets a host listen on its loopback for whoever runs this. Faults: `SSH_FORWARD`. */
export const serve = async (
  name: string,
  link: Pick<Link, 'listen' | 'alive'>,
  handler: (connection: Duplex) => void,
): Promise<Result<Listening>> => {
  try {
    return ok(await link.listen(handler));
  } catch (thrown) {
    const said = [thrown instanceof Error ? thrown.message : String(thrown)];
    if (!link.alive())
      return fail({ code: 'SSH_LOST', host: name, what: 'the connection was lost', said, next: 'Run it again.' });
    return fail({
      code: 'SSH_FORWARD',
      host: name,
      what: 'the host’s sshd does not listen on its loopback for this user (remote forwarding)',
      said,
      next: 'sshd_config must allow it for this user: `AllowTcpForwarding yes` (or `remote`), no `PermitListen none`, no `DisableForwarding yes`; then `sudo systemctl reload ssh`.',
    });
  }
};
