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

export const hosts = z.strictObject(
  { ssh: sshAddress, key: hostKey.optional() },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? 'expected one host: { ssh: user@host, key: ssh-ed25519 AAAA… }' : undefined,
  },
);
