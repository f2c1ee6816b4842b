import type { Overrides } from '#config';
import type { Problem } from '#fault';
import { agentSocket } from '#host';

/** The inputs that say where to go and how to get in, as actions name them. */
export type Place = {
  readonly config: string | undefined;
  readonly target: string | undefined;
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly 'ssh-key': string | undefined;
  readonly 'ssh-key-passphrase': string | undefined;
  readonly 'host-key': string | undefined;
  readonly url?: string | undefined;
  readonly checks?: string | undefined;
  readonly 'confirm-within'?: number | undefined;
  readonly 'require-evidence'?: 'true' | 'false' | undefined;
  readonly environment?: string | undefined;
  readonly env?: readonly string[];
  readonly 'env-values'?: string | undefined;
};

/** Inputs that stand for keys of landfall.yml. */
export const overridesOf = (place: Place): Overrides => ({
  host: place.host,
  hostKey: place['host-key'],
  path: place.path,
  url: place.url,
  checks: place.checks,
  confirmWithin: place['confirm-within'],
  evidence: demandOf(place['require-evidence']),
});

const demandOf = (said: Place['require-evidence']): Overrides['evidence'] =>
  said === undefined ? undefined : said === 'true' ? 'required' : 'optional';

/** The way in: a key or an agent. */
export const keyProblems = (place: Place): readonly Problem[] =>
  place['ssh-key'] !== undefined || agentSocket() !== undefined
    ? []
    : [
        {
          where: 'input ssh-key',
          what: 'the private key is missing, and there is no SSH agent',
          next: 'ssh-key: ${{ secrets.SSH_KEY }}, and a secret of that name in the repository’s settings',
        },
      ];
