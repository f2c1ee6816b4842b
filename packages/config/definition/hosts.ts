import { isIPv6 } from 'node:net';
import { z } from 'zod';
import type { HostName } from '#plan';

/** Where SSH connects to, and as whom. */
export type HostAddress = {
  /** As written: what people see. */
  readonly name: HostName;
  readonly user: string;
  readonly address: string;
  readonly port: number;
};

const form =
  /^([A-Za-z0-9._][A-Za-z0-9._-]*)@(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?))(?::(\d{1,5}))?$/;

/** A host on the way: an address, and the pins that hold for it. */
export type JumpHost = HostAddress & { readonly pins: string };

/** `user@host` or `user@host:port`; an IPv6 address stands in brackets. */
export const sshAddress = z
  .string({ error: 'expected user@host or user@host:port' })
  .describe('The deploy user and the host: `user@host` or `user@host:port`.')
  .transform((text, context): HostAddress => {
    const [, user, six, plain, port = '22'] = form.exec(text) ?? [];
    const address = six ?? plain;
    const number = Number(port);
    const fits = user !== undefined && address !== undefined && number > 0 && number < 65_536;
    if (fits && (six === undefined || isIPv6(six))) return { name: text, user, address, port: number };
    const message = /^[^@\s]+$/.test(text)
      ? 'the user is missing; expected user@host or user@host:port'
      : 'expected user@host or user@host:port';
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  });

/** Host keys as people have them: lines of known_hosts, or `ssh-ed25519 AAAA…` alone, which then holds for this host. */
export const hostKey = z
  .union([z.string(), z.array(z.string()).transform((lines) => lines.join('\n'))], {
    error: 'expected the host key: ssh-ed25519 AAAA…',
  })
  .describe(
    "The host's public key: a line of `ssh-keyscan`, or `ssh-ed25519 AAAA…` alone; several as a list or as lines.",
  );

const jump = {
  ssh: sshAddress.describe('The user and the jump host: `user@host` or `user@host:port`.'),
  key: hostKey.optional().describe("The jump host's public key, in the form of `hosts.key`."),
};
const expectsJump = (issue: { code?: string | undefined }) =>
  issue.code === 'invalid_type' ? 'expected one jump host: { ssh: user@host, key: ssh-ed25519 AAAA… }' : undefined;

/** Two are enough: who has more between the runner and the host has a runner inside. */
const via = z.strictObject(
  {
    ...jump,
    via: z
      .strictObject(jump, { error: expectsJump })
      .optional()
      .describe('A further jump host, through which the first one is reached.'),
  },
  { error: expectsJump },
);

export const hosts = z.strictObject(
  {
    ssh: sshAddress,
    key: hostKey.optional(),
    via: via
      .optional()
      .describe('A jump host (bastion) to connect through, with the same private key. Its own host key is pinned too.'),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'expected one host: { ssh: user@host, key: ssh-ed25519 AAAA… }' : undefined,
  },
);
