import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

type Right = 'actions' | 'attestations' | 'deployments' | 'security-events';
type Level = 'read' | 'write';
type Json = Readonly<Record<string, unknown>>;

/** A deployment as the server keeps it, and what was said of it, oldest first. */
export type KeptDeployment = { readonly id: number; readonly fields: Json; readonly statuses: Json[] };

/** A bundle as it was given, and the statement that it signs. */
export type KeptAttestation = { readonly id: number; readonly bundle: Json; readonly statement: Statement };

/** in-toto.io/Statement/v1, as far as it is looked at. */
type Statement = {
  readonly _type: string;
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate: Json;
};

/** What a reviewer answered. The answer has no time, and the environments' times are those of their settings. */
export type Review = {
  readonly environments: readonly { readonly id: number; readonly name: string; readonly updated_at: string }[];
  readonly state: 'approved' | 'rejected' | 'pending';
  readonly user: { readonly login: string; readonly id: number } | null;
  readonly comment: string;
};

export type GitHubServer = {
  /** GITHUB_API_URL. */
  readonly url: string;
  /** `METHOD path`, of all requests so far. */
  readonly requests: readonly string[];
  readonly deployments: KeptDeployment[];
  /** What is known of runs, by id. */
  readonly runs: Map<string, Json>;
  /** Reviews of runs, by id: docs.github.com/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run */
  readonly reviews: Map<string, Review[]>;
  /** SARIF files that were taken in, unpacked, with the other fields. */
  readonly sarifs: Json[];
  /** Attestations that are kept, oldest first. */
  readonly attestations: KeptAttestation[];
  /** Whether the repository's plan has attestations; it does at first. */
  readonly attesting: (on: boolean) => void;
  /** Whether the repository has code scanning; it does at first. */
  readonly codeScanning: (on: boolean) => void;
  /** The rights of the token. */
  readonly rights: Map<Right, Level>;
  /** Answers everything with this status from now on; 0: as ever. */
  readonly fail: (status: number) => void;
  readonly close: () => Promise<void>;
};

/** A refusal as GitHub words it. */
class Refused extends Error {
  readonly status: number;
  readonly errors: readonly Json[];
  constructor(status: number, message: string, errors: readonly Json[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

const invalid = (resource: string, field: string, code: string): Refused =>
  new Refused(422, 'Validation Failed', [{ resource, field, code }]);

/** docs.github.com/rest/deployments/deployments#create-a-deployment: the fields of the body, and their types. */
const deploymentFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  ref: (value) => typeof value === 'string' && value !== '',
  task: (value) => typeof value === 'string',
  auto_merge: (value) => typeof value === 'boolean',
  required_contexts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  payload: (value) => typeof value === 'string' || (typeof value === 'object' && value !== null),
  environment: (value) => typeof value === 'string' && value.length <= 255,
  description: (value) => typeof value === 'string' || value === null,
  transient_environment: (value) => typeof value === 'boolean',
  production_environment: (value) => typeof value === 'boolean',
};

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];

/** docs.github.com/rest/deployments/statuses#create-a-deployment-status */
const statusFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  state: (value) => states.some((state) => state === value),
  target_url: (value) => typeof value === 'string',
  log_url: (value) => typeof value === 'string' && /^https?:\/\//.test(value),
  description: (value) => typeof value === 'string' && value.length <= 140,
  environment: (value) => typeof value === 'string',
  environment_url: (value) => typeof value === 'string' && /^https?:\/\//.test(value),
  auto_inactive: (value) => typeof value === 'boolean',
};

/** docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data */
const sarifFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  commit_sha: (value) => typeof value === 'string' && /^[0-9a-fA-F]{40}$/.test(value),
  ref: (value) => typeof value === 'string' && /^refs\/(?:heads\/.+|tags\/.+|pull\/\d+\/(?:merge|head))$/.test(value),
  sarif: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value),
  checkout_uri: (value) => typeof value === 'string' && URL.canParse(value),
  started_at: (value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/.test(value),
  tool_name: (value) => typeof value === 'string',
  validate: (value) => typeof value === 'boolean',
};

/** Packed as it has to be, with a version and runs, and within GitHub's limits; else it is refused. */
const unpacked = (text: unknown): Json => {
  try {
    const packed = Buffer.from(String(text), 'base64');
    if (packed.length > 10_000_000) throw new Refused(413, 'the sarif field is too large');
    const sarif = JSON.parse(gunzipSync(packed).toString('utf8')) as { version?: unknown; runs?: unknown };
    if (sarif.version === '2.1.0' && Array.isArray(sarif.runs) && sarif.runs.length <= 20) return sarif;
  } catch (thrown) {
    if (thrown instanceof Refused) throw thrown;
  }
  throw new Refused(400, 'Bad Request if the sarif field is invalid');
};

/** docs.github.com/rest/repos/attestations#create-an-attestation: the three parts of a Sigstore bundle. */
const bundleFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  mediaType: (value) => typeof value === 'string' && value.startsWith('application/vnd.dev.sigstore.bundle'),
  verificationMaterial: (value) => typeof value === 'object' && value !== null,
  dsseEnvelope: (value) => typeof value === 'object' && value !== null,
};

/** What an envelope (github.com/secure-systems-lab/dsse) holds: a statement, signed. */
const statementOf = ({ dsseEnvelope }: Json): Statement => {
  const { payload, payloadType, signatures } = dsseEnvelope as Json;
  if (payloadType !== 'application/vnd.in-toto+json' || !Array.isArray(signatures) || signatures.length === 0)
    throw invalid('Attestation', 'bundle', 'invalid');
  return JSON.parse(Buffer.from(String(payload), 'base64').toString('utf8')) as Statement;
};

/** Also what GitHub itself would only ignore is refused: a misspelt field is a mistake of ours. */
const checked = (resource: string, body: Json, fields: typeof deploymentFields, required: readonly string[]): Json => {
  for (const field of required) if (body[field] === undefined) throw invalid(resource, field, 'missing_field');
  for (const [field, value] of Object.entries(body))
    if (fields[field]?.(value) !== true) throw invalid(resource, field, 'invalid');
  return body;
};

const bodyOf = async (request: IncomingMessage): Promise<Json> => {
  let text = '';
  for await (const part of request) text += String(part);
  try {
    return (text === '' ? {} : JSON.parse(text)) as Json;
  } catch {
    throw new Refused(400, 'Problems parsing JSON');
  }
};

/**
 * A part of GitHub's REST API on loopback, strict: who has no token, or a token without the right, who misspells a field or
 * sends what the documentation does not allow is refused as GitHub refuses. Knows one repository.
 */
export const githubServer = async (repository: string, token: string): Promise<GitHubServer> => {
  const requests: string[] = [];
  const deployments: KeptDeployment[] = [];
  const runs = new Map<string, Json>();
  const reviews = new Map<string, Review[]>();
  const rights = new Map<Right, Level>([
    ['actions', 'read'],
    ['attestations', 'write'],
    ['deployments', 'write'],
    ['security-events', 'write'],
  ]);
  const sarifs: Json[] = [];
  const attestations: KeptAttestation[] = [];
  let attests = true;
  let scanning = true;
  let failing = 0;

  const need = (right: Right, level: Level): void => {
    const has = rights.get(right);
    if (has === undefined || (level === 'write' && has !== 'write'))
      throw new Refused(403, 'Resource not accessible by integration');
  };
  const one = (id: string | undefined): KeptDeployment => {
    const found = deployments.find((each) => String(each.id) === id);
    if (found === undefined) throw new Refused(404, 'Not Found');
    return found;
  };
  const shown = ({ id, fields }: KeptDeployment): Json => ({ ...fields, id, sha: fields['ref'] });

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    requests.push(`${request.method ?? ''} ${pathname}`);
    if (failing !== 0) throw new Refused(failing, 'as told');
    if (!/^(token|bearer) /i.test(request.headers.authorization ?? ''))
      throw new Refused(401, 'Requires authentication');
    if (request.headers.authorization?.split(' ')[1] !== token) throw new Refused(401, 'Bad credentials');
    if (request.headers['user-agent'] === undefined)
      throw new Refused(403, 'Request forbidden by administrative rules');
    const prefix = `/repos/${repository}/`;
    if (!pathname.startsWith(prefix)) throw new Refused(404, 'Not Found');
    const [what = '', id, more, last] = pathname.slice(prefix.length).split('/');
    const route = `${request.method ?? ''} ${what}${what === 'actions' ? `/${id ?? ''}` : ''}${id !== undefined && what !== 'actions' ? '/:id' : ''}${what !== 'actions' && more !== undefined ? `/${more}` : ''}`;
    switch (route) {
      case 'GET actions/runs': {
        need('actions', 'read');
        const found = runs.get(more ?? '');
        if (found === undefined) throw new Refused(404, 'Not Found');
        if (last === 'approvals') return { status: 200, body: reviews.get(more ?? '') ?? [] };
        if (last !== undefined) throw new Refused(404, 'Not Found');
        return { status: 200, body: { id: Number(more), repository: { full_name: repository }, ...found } };
      }
      case 'GET deployments': {
        need('deployments', 'read');
        const environment = searchParams.get('environment');
        const newest = [...deployments].reverse().filter(({ fields }) => fields['environment'] === environment);
        return { status: 200, body: newest.slice(0, Number(searchParams.get('per_page') ?? 30)).map(shown) };
      }
      case 'POST deployments': {
        need('deployments', 'write');
        const fields = checked('Deployment', await bodyOf(request), deploymentFields, ['ref']);
        const made = { id: 7000 + deployments.length, fields, statuses: [] };
        deployments.push(made);
        return { status: 201, body: shown(made) };
      }
      case 'GET deployments/:id/statuses': {
        need('deployments', 'read');
        const newest = [...one(id).statuses].reverse();
        return { status: 200, body: newest.slice(0, Number(searchParams.get('per_page') ?? 30)) };
      }
      case 'POST deployments/:id/statuses': {
        need('deployments', 'write');
        const status = checked('DeploymentStatus', await bodyOf(request), statusFields, ['state']);
        one(id).statuses.push(status);
        return { status: 201, body: status };
      }
      case 'POST attestations': {
        need('attestations', 'write');
        if (!attests) throw new Refused(403, 'Feature not available for the organization.');
        const { bundle } = checked('Attestation', await bodyOf(request), { bundle: (value) => typeof value === 'object' }, ['bundle']); // prettier-ignore
        const kept = checked('Bundle', bundle as Json, bundleFields, Object.keys(bundleFields));
        const id = 8000 + attestations.length;
        attestations.push({ id, bundle: kept, statement: statementOf(kept) });
        return { status: 201, body: { id } };
      }
      case 'GET attestations/:id': {
        need('attestations', 'read');
        const [, digest] = /^sha256:([0-9a-f]{64})$/.exec(decodeURIComponent(id ?? '')) ?? [];
        if (digest === undefined) throw invalid('Attestation', 'subject_digest', 'invalid');
        const wanted = searchParams.get('predicate_type');
        const of = attestations.filter(
          ({ statement: { subject, predicateType } }) =>
            subject.some(({ digest: { sha256 } }) => sha256 === digest) &&
            (wanted === null || predicateType.includes(`/${wanted}/`)),
        );
        // as `gh attestation verify` is told
        if (of.length === 0) throw new Refused(404, 'Not Found');
        return { status: 200, body: { attestations: of.map(({ bundle }) => ({ bundle, repository_id: 1 })) } };
      }
      case 'POST code-scanning/:id': {
        if (id !== 'sarifs') throw new Refused(404, 'Not Found');
        if (!scanning)
          throw new Refused(403, 'Advanced Security must be enabled for this repository to use code scanning.');
        need('security-events', 'write');
        const body = await bodyOf(request);
        const fields = checked('Sarif', body, sarifFields, ['commit_sha', 'ref', 'sarif']);
        sarifs.push({ ...fields, sarif: unpacked(fields['sarif']) });
        return {
          status: 202,
          body: { id: `sarif-${sarifs.length}`, url: `http://x${pathname}/sarif-${sarifs.length}` },
        };
      }
      default:
        throw new Refused(404, 'Not Found');
    }
  };

  const server = createServer((request, response) => {
    void answer(request)
      .catch((thrown: unknown) => {
        if (!(thrown instanceof Refused)) throw thrown;
        const { status, message, errors } = thrown;
        return { status, body: { message, errors, documentation_url: 'https://docs.github.com/rest' } };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    deployments,
    runs,
    reviews,
    sarifs,
    attestations,
    attesting: (on) => {
      attests = on;
    },
    codeScanning: (on) => {
      scanning = on;
    },
    rights,
    fail: (status) => {
      failing = status;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
