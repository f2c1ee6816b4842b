import type { Digest } from './digest.ts';
import type { Answer, Bundle } from './github.ts';

/** What signs in the name of this run, by the token that GitHub vouches for it with (OIDC). Nothing throws; it ends within a minute. */
export type Signer = {
  /** Why this run can sign nothing, with what would help, without asking anybody; undefined: it may. */
  readonly lacks: string | undefined;
  /**
   * Provenance (slsa.dev/provenance/v1) that this very run has made what is named: its repository, commit, workflow. In a public repository it
   * stands in Sigstore's public log. Needs `id-token: write`.
   */
  readonly provenance: (subject: { readonly name: string; readonly digest: Digest }) => Promise<Answer<Bundle>>;
};
