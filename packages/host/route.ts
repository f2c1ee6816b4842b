import { connect as dial } from 'node:net';
import type { Duplex } from 'node:stream';
import { ok, type Result } from '#fault';
import type { Hop, HostOptions } from './address.ts';
import { cancelled, connect, type Login } from './connect.ts';
import { forwardFault, type SshError } from './connect-fault.ts';
import type { Link } from './link.ts';

/** A stream from a jump host to the next host, while somebody still waits for it. */
const through = async (behind: Link, jump: Hop, next: Hop, login: Login): Promise<Result<Duplex>> => {
  const limit = AbortSignal.timeout(login.connectMs ?? 20_000);
  const stop = login.signal === undefined ? limit : AbortSignal.any([limit, login.signal]);
  const given = behind.forward({ host: next.address, port: next.port });
  const late = new Promise<never>((_, reject) => {
    const give = () => {
      reject(new Error('the jump host did not answer in time'));
    };
    if (stop.aborted) give();
    stop.addEventListener('abort', give, { once: true });
  });
  try {
    return ok(await Promise.race([given, late]));
  } catch (thrown) {
    void given.then((stream) => stream.destroy(), () => undefined); // prettier-ignore
    if (login.signal?.aborted === true) return cancelled(next);
    const error: SshError = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ok: false, fault: forwardFault(jump, next, error) };
  }
};

/** A link that takes the connection along that carries it, whether it is ended or lost: the inner one goes first. */
const carried = (link: Link, behind: Link): Link => {
  void link.gone.then(behind.end);
  return {
    ...link,
    end: async () => {
      await link.end();
      await behind.end();
    },
  };
};

/**
 * Connects to a host, through its jump hosts where it has some; the key of each is pinned.
 * Faults: those of {@link connect}, which name the host that failed, and `SSH_NO_FORWARDING`.
 */
export const route = async (at: HostOptions, login: Login): Promise<Result<Link>> => {
  let behind: { readonly link: Link; readonly hop: Hop } | undefined;
  const { via = [] } = at;
  for (const [index, hop] of [...via, at].entries()) {
    if (login.signal?.aborted === true) {
      await behind?.link.end();
      return cancelled(hop);
    }
    const below = `hosts${'.via'.repeat(via.length - index)}`;
    const stream =
      behind === undefined
        ? ok(dial({ host: hop.address, port: hop.port, noDelay: true }))
        : await through(behind.link, behind.hop, hop, login);
    const link = stream.ok ? await connect(hop, stream.value, login, below) : stream;
    if (!link.ok) {
      await behind?.link.end();
      return link;
    }
    behind = { hop, link: behind === undefined ? link.value : carried(link.value, behind.link) };
  }
  // The loop has been through at least the host itself.
  return ok((behind as { readonly link: Link }).link);
};
