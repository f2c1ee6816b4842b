/** What a tool's exit code says. A code that is in neither list is strange: what the tool left may be half of it. */
export type ExitCodes = { readonly clean: readonly number[]; readonly findings: readonly number[] };

/** By the reader of a command's report. The sources are the tools' manuals, and what they were seen to do. */
export const exitCodes = {
  // pytest: 0 all passed, 1 some failed; 2 interrupted, 3 internal error, 4 usage, 5 none ran. jest, go test, gotestsum, Django's
  // runner and unittest: 0 and 1. go test exits with 2 where a package does not build with -json less: strange as well.
  junit: { clean: [0], findings: [1] },
  // bandit, ruff, gitleaks: 0 and 1; semgrep and trivy: 1 where `--error`, `--exit-code 1` is given. ruff and semgrep: 2 is an error.
  sarif: { clean: [0], findings: [1] },
  // 2: usage, or no configuration
  bandit: { clean: [0], findings: [1] },
  // 1 also for errors: then there is no JSON, which is unchecked
  'pip-audit': { clean: [0], findings: [1] },
  // 64: vulnerabilities found; 65 and above: the database, its network, its key
  safety: { clean: [0], findings: [64] },
  flake8: { clean: [0], findings: [1] },
  // 1: would reformat; 123: internal error, or a file that cannot be parsed
  black: { clean: [0], findings: [1] },
  // the same runners as junit, with `--cov` or below `coverage run`
  coverage: { clean: [0], findings: [1] },
} as const satisfies Record<string, ExitCodes>;
