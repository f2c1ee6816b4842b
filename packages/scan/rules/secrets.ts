import type { Finding } from '#plan';
import { lineAt } from './lines.ts';

type Form = {
  readonly kind: string;
  /** Cheap to look for: without it the form cannot be there. */
  readonly has: string;
  readonly form: RegExp;
  /** Only in these files. */
  readonly files?: RegExp;
};

/**
 * Secrets that are known by their form alone, so that what is found is one. Patterns of what merely looks random are left to
 * scanners. `(?<!…)` and `(?!…)`: the whole word.
 */
const forms: readonly Form[] = [
  {
    // RFC 7468, RFC 4716, RFC 4880: an armour with content. Headers of old PEM (RFC 1421) may stand between.
    kind: 'private key',
    has: 'PRIVATE KEY',
    form: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\\[rn]|[\s"'+,]){1,20}(?:(?:Proc-Type|DEK-Info|Version|Comment): [^\n]{1,200}\s{1,10}){0,4}[A-Za-z0-9+/]{40}/g,
  },
  {
    // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: AKIA long-lived, ASIA temporary; base 32.
    // AWS's own examples end in EXAMPLE.
    kind: 'AWS access key',
    has: 'A',
    form: /(?<![A-Za-z0-9])(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  },
  {
    // github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats
    kind: 'GitHub token',
    has: 'gh',
    form: /(?<![A-Za-z0-9_])gh[pousr]_[A-Za-z0-9]{36,251}(?![A-Za-z0-9])/g,
  },
  {
    kind: 'GitHub token',
    has: 'github_pat_',
    form: /(?<![A-Za-z0-9_])github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])/g,
  },
  {
    // docs.gitlab.com/security/tokens: prefixes
    kind: 'GitLab token',
    has: 'glpat-',
    form: /(?<![A-Za-z0-9_])glpat-[A-Za-z0-9_-]{20}(?![A-Za-z0-9_-])/g,
  },
  {
    // api.slack.com/authentication/token-types: xoxb bot, xoxp user, xoxa and xoxr older ones; numbers, then the secret
    kind: 'Slack token',
    has: 'xox',
    form: /(?<![A-Za-z0-9])xox[abpr]-\d{9,13}-(?:\d{9,13}-){0,2}[A-Za-z0-9]{20,40}(?![A-Za-z0-9])/g,
  },
  {
    // docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    kind: 'Slack webhook',
    has: '/services/T',
    form: /hooks\.slack\.com\/services\/T[A-Z0-9]{8,12}\/B[A-Z0-9]{8,12}\/[A-Za-z0-9]{24}(?![A-Za-z0-9])/g,
  },
  {
    // docs.stripe.com/keys: only those of live mode move money
    kind: 'Stripe live key',
    has: 'k_live_',
    form: /(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{24,247}(?![A-Za-z0-9])/g,
  },
  {
    // cloud.google.com/docs/authentication/api-keys: 39 characters
    kind: 'Google API key',
    has: 'AIza',
    form: /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  },
  {
    // github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format
    kind: 'npm token',
    has: 'npm_',
    form: /(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g,
  },
  {
    // warehouse's macaroons: `pypi-`, then base64 of a macaroon of version 2 whose location is pypi.org
    kind: 'PyPI token',
    has: 'pypi-',
    form: /pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}/g,
  },
  {
    // django/core/management/utils.py, get_random_secret_key: 50 of these letters. startproject writes `django-insecure-` before
    // them, which Django's own check (security.W009) finds: that one is meant for development.
    kind: 'Django SECRET_KEY',
    has: 'SECRET_KEY',
    // It may be what is taken where the environment has none: `os.environ.get("SECRET_KEY", "…")`, `default="…"`
    form: /(?<![A-Za-z0-9])SECRET_KEY["']? {0,8}(?:[:=]|, {0,8}(?:default {0,2}= {0,2})?) {0,8}["'][a-z0-9!@#$%^&*(\-_=+)]{50}["']/g,
    files: /\.(?:py|env|ya?ml|toml|ini|cfg|json|sh)$/,
  },
];

/** How much of a secret may be shown: enough to find it again, too little to use. */
const shownOf = (found: string, kind: string): string =>
  kind === 'private key' || kind.startsWith('Django') || kind.endsWith('webhook') ? '' : `, \`${found.slice(0, 4)}…\``;

/** Secrets in a text: what kind, and where; never the secret. A kind counts once a line. */
export const secretsIn = (path: string, text: string): readonly Finding[] => {
  const seen = new Set<string>();
  return forms.flatMap(({ kind, has, form, files }) => {
    if (!text.includes(has) || files?.test(path) === false) return [];
    return [...text.matchAll(form)].flatMap((match): Finding[] => {
      const line = lineAt(text, match.index);
      const key = `${kind} ${line}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [
        {
          tool: 'landfall',
          rule: 'secret',
          severity: 'critical',
          message: `${kind} in the repository${shownOf(match[0], kind)}`,
          file: path,
          line,
          subject: kind,
          fix: 'revoke it, for whoever has read the repository has it; then take it out',
        },
      ];
    });
  });
};
