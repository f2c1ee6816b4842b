import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { getOctokit } from '@actions/github';
import type { Answer, GitHub, RunContext } from '#plan';

const recording = 'deployments: write';
const scanning = 'security-events: write';
const attesting = 'attestations: write';
/** docs.github.com/rest/code-scanning: bytes of a SARIF file, by gzip. */
const largestSarif = 10_000_000;
/** One request may take so long: ms. */
const limit = 10_000;
/** And one that a deploy waits for. */
const soon = 5000;
/** What sends megabytes. */
const long = 60_000;

type Given = {
  /** Of the input `github-token`; undefined: GitHub is not asked. */
  readonly token: string | undefined;
  readonly context: Pick<RunContext, 'repository'>;
};

type Octokit = ReturnType<typeof getOctokit>;
type Place = { readonly owner: string; readonly repo: string };
type Call<T> = (octokit: Octokit, place: Place, how: { readonly signal: AbortSignal }) => Promise<T>;

/**
 * GitHub's API by `@actions/github`, at `GITHUB_API_URL` and through the runner's proxy. It is loaded by the first question, for
 * most steps ask none.
 */
export const githubOf = ({ token, context }: Given): GitHub => {
  const [owner = '', repo = ''] = context.repository.split('/');
  const ask = async <T>(right: string, call: Call<T>, ms = limit): Promise<Answer<T>> => {
    if (token === undefined) return { ok: false, final: true, why: `the input github-token is empty; ${needs(right)}` };
    try {
      const library = await import('@actions/github');
      const octokit = library.getOctokit(token, { log: silent });
      return { ok: true, value: await call(octokit, { owner, repo }, { signal: AbortSignal.timeout(ms) }) };
    } catch (thrown) {
      return refused(thrown, right);
    }
  };
  return {
    run: (id) =>
      ask('actions: read', async ({ rest }, place, request) => {
        const { data } = await rest.actions.getWorkflowRun({ ...place, run_id: Number(id), request });
        return {
          id: String(data.id),
          repository: data.repository.full_name,
          attempt: data.run_attempt ?? 1,
          status: data.status ?? '',
          conclusion: data.conclusion ?? '',
        };
      }),
    approvals: (id) =>
      ask(
        'actions: read',
        async ({ rest }, place, request) => {
          const { data } = await rest.actions.getReviewsForRun({ ...place, run_id: Number(id), request });
          return data
            .filter(({ state }) => state === 'approved')
            .flatMap(({ environments, user }) =>
              // the description promises a user; an account can be deleted
              environments.map(({ name = '' }) => ({
                environment: name,
                by: (user as typeof user | null)?.login ?? '',
              })),
            );
        },
        soon,
      ),
    deployments: (environment) =>
      ask(recording, async ({ rest }, place, request) => {
        const { data } = await rest.repos.listDeployments({ ...place, environment, per_page: 10, request });
        const last = async (id: number) =>
          (await rest.repos.listDeploymentStatuses({ ...place, deployment_id: id, per_page: 1, request })).data[0];
        return Promise.all(
          data.map(async ({ id, sha, payload }) => {
            const status = await last(id);
            return { id, sha, payload, state: status?.state ?? 'pending', logUrl: status?.log_url ?? '' };
          }),
        );
      }),
    deploy: ({ environment, ref, payload }) =>
      ask(recording, async ({ rest }, place, request) => {
        // it has been decided already: neither merged into, nor held up by checks of the commit
        const fixed = { auto_merge: false, required_contexts: [] };
        const made = await rest.repos.createDeployment({ ...place, ...fixed, environment, ref, payload, request });
        if ('id' in made.data) return made.data.id;
        throw new Error('no deployment was made');
      }),
    say: (id, { state, description, logUrl, url }) =>
      ask(recording, async ({ rest }, place, request) => {
        const links = { log_url: logUrl, ...(url === undefined ? {} : { environment_url: url }) };
        await rest.repos.createDeploymentStatus({ ...place, deployment_id: id, state, description, ...links, request });
        return undefined;
      }),
    uploadSarif: async ({ sarif, commit, ref, workspace, startedAt }) => {
      const packed = await promisify(gzip)(sarif);
      if (packed.length > largestSarif)
        return { ok: false, final: true, why: `the file has ${packed.length} bytes packed: GitHub takes 10 MB` };
      const answer = await ask(
        scanning,
        async ({ rest }, place, request) => {
          const { data } = await rest.codeScanning.uploadSarif({
            ...place,
            commit_sha: commit,
            ref,
            sarif: packed.toString('base64'),
            checkout_uri: pathToFileURL(workspace).href,
            started_at: startedAt,
            tool_name: 'Landfall',
            request,
          });
          return data.id ?? '';
        },
        long,
      );
      // a repository without it answers like to a token without the right
      return answer.ok || !answer.why.includes(scanning)
        ? answer
        : { ...answer, why: `${answer.why}, and the repository code scanning` };
    },
    attested: async (digest) => {
      const answer = await ask('attestations: read', async ({ rest }, place, request) => {
        const asked = { ...place, subject_digest: digest, predicate_type: 'provenance', per_page: 1, request };
        return rest.repos.listAttestations(asked).then(
          ({ data }) => (data.attestations ?? []).length > 0,
          (thrown: unknown) => {
            // where there is none it says so, too, by that it knows nothing of it
            if ((thrown as { readonly status?: number }).status === 404) return false;
            throw thrown;
          },
        );
      });
      return answer;
    },
    keepAttestation: async (bundle) => {
      const answer = await ask(attesting, async ({ rest }, place, request) => {
        const given = bundle as NonNullable<Parameters<typeof rest.repos.createAttestation>[0]>['bundle'];
        const { data } = await rest.repos.createAttestation({ ...place, bundle: given, request });
        return String(data.id ?? '');
      });
      // private repositories have it in some of GitHub's plans only, and are answered like a token without the right
      return answer.ok || !answer.why.includes(attesting)
        ? answer
        : { ...answer, why: `${answer.why}, and the repository a plan with attestations` };
    },
  };
};

/** Its warnings are about GitHub's own plans for the API, and would stand among the lines of a deploy. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const needs = (right: string): string => `the job needs \`permissions: { ${right} }\``;

/** An answer that is none, in words. What the server wrote is not shown: it is of no use to a person here. */
const refused = (thrown: unknown, right: string): Answer<never> => {
  const { status, response } = (thrown ?? {}) as {
    readonly status?: number;
    readonly response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
  };
  if (status === undefined) return { ok: false, final: true, why: 'GitHub gave no answer that can be read' };
  const headers = response?.headers ?? {};
  if (status === 429 || headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined)
    return { ok: false, final: false, why: `GitHub answered ${status}: too many requests by this token` };
  // a token that lacks the right gets 403, and 404 where it may not even know of the thing
  if ([401, 403, 404].includes(status))
    return { ok: false, final: true, why: `GitHub answered ${status}; ${needs(right)}` };
  // octokit says 500 where there was no answer at all
  if (response === undefined) return { ok: false, final: false, why: 'GitHub gave no answer' };
  return { ok: false, final: status < 500, why: `GitHub answered ${status}` };
};
