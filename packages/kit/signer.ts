import type { Answer, Signer } from '#plan';
import { inTime } from './in-time.ts';

const right = 'the job needs `permissions: { id-token: write }`';

/** For three services, each of which the library gives ten seconds and asks again three times: ms. */
const limit = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Signs by `@actions/attest`: it builds the predicate from the run's OIDC token, and has it signed by Sigstore's public instance for a public
 * repository, by GitHub's own for any other. Loaded by the first question. Nothing of what those services write is shown: it may hold tokens.
 */
export const signerOf = (environment: Environment, ms = limit): Signer => {
  const lacks = lacking(environment);
  return {
    lacks,
    provenance: async ({ name, digest }) => {
      if (lacks !== undefined) return { ok: false, final: true, why: lacks };
      try {
        const { attestProvenance } = await import('@actions/attest');
        const subjects = [{ name, digest: { sha256: digest.slice('sha256:'.length) } }];
        // kept by the port of GitHub's API, which can tell why it is refused
        const signed = attestProvenance({ subjects, token: '', skipWrite: true });
        const { mediaType, verificationMaterial, dsseEnvelope } = (await inTime(ms, sigstore, signed)).bundle;
        if (dsseEnvelope === undefined) return { ok: false, final: true, why: `${sigstore} signed something else` };
        return { ok: true, value: { mediaType, verificationMaterial, dsseEnvelope } };
      } catch (thrown) {
        return refused(thrown);
      }
    },
  };
};

const sigstore = 'Sigstore';

/** The runner gives a job the way to its token only with the right to it; no fork's pull request has that. */
const lacking = (environment: Environment): string | undefined => {
  const given = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'].every((name) => (environment[name] ?? '') !== ''); // prettier-ignore
  if (!given) return `the run has no OIDC token; ${right}`;
  const server = environment['GITHUB_SERVER_URL'] ?? '';
  // as the library has it: no other server's tokens are known to a Sigstore
  return server === '' || /^https:\/\/(github\.com|[a-z0-9-]+\.ghe\.com)$/.test(server)
    ? undefined
    : `no Sigstore signs for ${server}`;
};

/** Who is meant by the codes of the library's errors. */
const parts: Readonly<Record<string, string>> = {
  IDENTITY_TOKEN_READ_ERROR: 'GitHub’s OIDC service',
  IDENTITY_TOKEN_PARSE_ERROR: 'GitHub’s OIDC service',
  CA_CREATE_SIGNING_CERTIFICATE_ERROR: 'Sigstore’s authority (Fulcio)',
  TLOG_CREATE_ENTRY_ERROR: 'Sigstore’s log (Rekor)',
  TLOG_FETCH_ENTRY_ERROR: 'Sigstore’s log (Rekor)',
  TSA_CREATE_TIMESTAMP_ERROR: 'the timestamp authority',
};

/** What of a message about tokens is shown: a status, an error of the network, or what a claim lacks. The rest may be what a service answered. */
const tokenReason = (message: string): string => {
  const status = /Error Code : (\d{3})/.exec(message)?.[1];
  if (status !== undefined) return ` (its service answered ${status})`;
  const known = /\bE[A-Z]{4,}\b|signature verification failed|(?:Missing|[Uu]nexpected) ["a-z]+ claim\b|"[a-z]+" claim timestamp check failed|no (?:applicable|matching) key|No JWKS found|No OpenID configuration found/; // prettier-ignore
  const said = known.exec(message)?.[0];
  return said === undefined ? '' : ` (${said})`;
};

const refused = (thrown: unknown): Answer<never> => {
  const { message = '', code = '', cause } = (thrown ?? {}) as { message?: string; code?: string; cause?: unknown };
  if (message.startsWith(`${sigstore} did not answer`)) return { ok: false, final: false, why: message };
  if (message.startsWith('Failed to get ID token'))
    return {
      ok: false,
      final: false,
      why: `GitHub gave the run no OIDC token that holds${tokenReason(message)}; ${right}`,
    };
  const { statusCode } = (cause ?? {}) as { statusCode?: number };
  const who = parts[code] ?? sigstore;
  if (statusCode === undefined) return { ok: false, final: false, why: `${who} gave no answer that can be used` };
  const passing = statusCode >= 500 || [408, 429].includes(statusCode);
  return { ok: false, final: !passing, why: `${who} answered ${statusCode}` };
};
