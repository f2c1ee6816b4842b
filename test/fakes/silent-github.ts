import type { GitHub } from '#plan';

const nothing = { ok: false, why: 'there is no token', final: true } as const;

/** GitHub without a token: it answers nothing. */
export const silentGitHub: GitHub = {
  run: () => Promise.resolve(nothing),
  approvals: () => Promise.resolve(nothing),
  deployments: () => Promise.resolve(nothing),
  deploy: () => Promise.resolve(nothing),
  say: () => Promise.resolve(nothing),
  uploadSarif: () => Promise.resolve(nothing),
  attested: () => Promise.resolve(nothing),
  keepAttestation: () => Promise.resolve(nothing),
};
