/** The socket of the SSH agent that this process was given, if any: keys need not be inputs then. */
export const agentSocket = (): string | undefined => process.env.SSH_AUTH_SOCK || undefined;
