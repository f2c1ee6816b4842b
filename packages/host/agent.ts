import { fail, ok, type Result } from '#fault';

/** The socket of the SSH agent that this process was given, if any: keys need not be inputs then. */
export const agentSocket = (): string | undefined => process.env.SSH_AUTH_SOCK || undefined;

const noKey = (what: string): Result<never> =>
  fail({
    code: 'SSH_KEY_UNREADABLE',
    what,
    next: 'Give the key in `ssh-key`, or check the agent at SSH_AUTH_SOCK: `ssh-add -l` must list the deploy key.',
  });

/** Asks an agent for its keys before any host is asked. Faults: `SSH_KEY_UNREADABLE` where it does not answer or has none. */
export const askAgent = async (socket: string): Promise<Result<undefined>> => {
  const { default: ssh2 } = await import('ssh2');
  return new Promise((resolve) => {
    ssh2.createAgent(socket).getIdentities((error, keys) => {
      if (error) resolve(noKey(`the SSH agent does not answer (${error.message})`));
      else resolve(keys === undefined || keys.length === 0 ? noKey('the SSH agent has no key') : ok(undefined));
    });
  });
};
