import type { Fault } from '#fault';
import type { Hop } from './address.ts';

/** An error of ssh2: `level` says in which part of connecting, `reason` (RFC 4254, 5.1) why a channel was not opened. */
export type SshError = Error & { level?: string; code?: string; reason?: number };

const retryHint =
  'sshd (9.8 and newer) shuts addresses out for a while after failed logins (PerSourcePenalties): wait half a minute before trying again.';

const keyTypes =
  'Where the key is an old RSA key, sshd must accept rsa-sha2-256 or rsa-sha2-512 (`sshd -T | grep -i pubkeyaccepted`).';

const faultAt =
  (hop: Hop, error: SshError) =>
  (code: Fault['code'], what: string, next: string): Fault => ({
    code,
    host: hop.name,
    what,
    said: [error.message],
    next,
    cause: error,
  });

/** What a failed connection means. `agent`: the key was to come from the SSH agent. */
export const connectFault = (hop: Hop, error: SshError, agent: boolean): Fault => {
  const fault = faultAt(hop, error);
  const place = `${hop.address}, port ${hop.port}`;
  const authorized = `~${hop.user}/.ssh/authorized_keys on the host`;
  if (error.level === 'client-authentication' && agent)
    return fault(
      'SSH_REFUSED',
      `${place} accepts no key of the SSH agent for the user ${hop.user}`,
      `\`ssh-add -L\` lists the agent's keys: one of them must be a line of ${authorized}. sshd ends the login after \`MaxAuthTries\` (6) keys: add only the deploy key to the agent. ${retryHint}`,
    );
  if (error.level === 'client-authentication')
    return fault(
      'SSH_REFUSED',
      `${place} does not accept this key for the user ${hop.user}`,
      `Check that the key's public half is a line of ${authorized}, that nobody else may write to that file, its folder and the home directory, and that the account may log in. \`journalctl -t sshd\` there says why. ${keyTypes} ${retryHint}`,
    );
  if (error.level === 'agent')
    return fault(
      'SSH_KEY_UNREADABLE',
      'the SSH agent does not answer',
      'Give the key in `ssh-key`, or check the agent at SSH_AUTH_SOCK: `ssh-add -l` must list the deploy key.',
    );
  if (/no matching host key format/i.test(error.message))
    return fault(
      'SSH_UNREACHABLE',
      `${place} has no host key of a type that can be checked here`,
      'Give it one: `ssh-keygen -A` as root on the host makes an Ed25519 key; `HostKey` lines of sshd_config must not leave it out. Then reload sshd.',
    );
  if (error.level === 'handshake' || /handshake/.test(error.message))
    return fault(
      'SSH_UNREACHABLE',
      `${place} ended the SSH handshake: ${error.message}`,
      `Try \`ssh -v -p ${hop.port} ${hop.user}@${hop.address}\`. ${retryHint}`,
    );
  return fault(
    'SSH_UNREACHABLE',
    `no SSH server answers at ${place}: ${error.message}`,
    'Check address, port and firewall: the runner needs a way to the host.',
  );
};

const prohibited = 1;

/** Why a jump host makes no connection to the next host. */
export const forwardFault = (jump: Hop, next: Hop, error: SshError): Fault => {
  const place = `${next.address}, port ${next.port}`;
  if (error.reason === prohibited)
    return faultAt(jump, error)(
      'SSH_NO_FORWARDING',
      `the jump host lets ${jump.user} make no connection to ${place}`,
      `In /etc/ssh/sshd_config of the jump host set \`AllowTcpForwarding local\`, let \`PermitOpen\` name ${next.address}:${next.port} or \`any\`, and no \`DisableForwarding yes\`; then reload sshd. A \`restrict\` or \`no-port-forwarding\` before the key in ~${jump.user}/.ssh/authorized_keys needs \`port-forwarding\` behind it.`,
    );
  return faultAt(next, error)(
    'SSH_UNREACHABLE',
    `no SSH server answers at ${place}, asked from the jump host ${jump.name}: ${error.message}`,
    `Check address, port and firewall as the jump host sees them: \`ssh -p ${jump.port} ${jump.user}@${jump.address} nc -vz ${next.address} ${next.port}\`.`,
  );
};
