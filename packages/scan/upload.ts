import type { GitHub, RunContext, ScanReport } from '#plan';

/** A SARIF file that was written: its path and its text. */
export type SarifFile = { readonly file: string; readonly text: string };

type About = {
  readonly context: Pick<RunContext, 'sha' | 'ref' | 'fork'>;
  readonly workspace: string;
  readonly startedAt: Date;
};

/** What refs code scanning takes: docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data */
const scannable = /^refs\/(?:heads\/.+|tags\/.+|pull\/\d+\/(?:merge|head))$/;

/** Gives the file to code scanning. Where that cannot be, `why` says so in one line; it changes no verdict. */
export const uploadSarif = async (
  github: Pick<GitHub, 'uploadSarif'>,
  { file, text }: SarifFile,
  { context: { sha, ref, fork }, workspace, startedAt }: About,
): Promise<NonNullable<ScanReport['sarif']>> => {
  if (sha === undefined || ref === undefined || !scannable.test(ref))
    return {
      file,
      upload: 'refused',
      why: `code scanning takes branches, tags and pull requests, and this is ${ref ?? 'no run of GitHub'}`,
    };
  const given = { sarif: text, commit: sha, ref, workspace, startedAt: startedAt.toISOString() };
  const answer = await github.uploadSarif(given);
  if (answer.ok) return { file, upload: 'done' };
  const why = fork === undefined ? answer.why : `${answer.why}; a run about a fork may not have that right`;
  return { file, upload: 'refused', why };
};
