import type { Problem } from '#fault';

/** What a run is of, in git's words: `refs/heads/main`, `refs/tags/v1.2.3`; undefined: neither a branch nor a tag. */
export type Ref = string | undefined;

/** Rules of tags: what each gives is in {@link tagsOf}. A text that begins with `:` is itself a tag. */
export const tagRules = ['sha', 'commit', 'branch', 'semver'] as const;

/** OCI distribution 1.1, "Pulling manifests". */
const form = /^\w[\w.-]{0,127}$/;

/** The tag that every image of a commit has, by which it is found again. */
export const shaTag = (commit: string): string => `sha-${commit.slice(0, 12)}`;

/** semver.org's own expression, without build metadata. */
const semver =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?$/;

/**
 * A tag that may never name another image than it does, told by its form alone, so that no branch of such a name can move it: of a
 * commit, or of a version.
 */
export const isImmutable = (tag: string): boolean =>
  /^sha-[0-9a-f]{12}$|^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(tag) || semver.test(tag);

/** Tags that Landfall, engines and signers give to other things than an image of a commit: the build cache, and what belongs to a digest. */
const isReserved = (tag: string): boolean => tag === 'buildcache' || /^sha256-[0-9a-f]{64}/.test(tag);

/** A branch's name as a tag. What a tag cannot hold becomes `-`. */
const branchTag = (branch: string): string =>
  branch
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128);

/** The tag of the branch that a run is of, where the rules ask for it. */
export const branchTagOf = (rules: readonly string[], ref: Ref): string | undefined => {
  const branch = /^refs\/heads\/(.+)$/.exec(ref ?? '')?.[1];
  const tag = branch === undefined || !rules.includes('branch') ? '' : branchTag(branch);
  return tag === '' ? undefined : tag;
};

/** What is wrong with the branch's name, if it is to be a tag. */
export const branchProblems = (rules: readonly string[], ref: Ref): readonly Problem[] => {
  const tag = branchTagOf(rules, ref);
  return tag === undefined || !isReserved(tag)
    ? []
    : [{ where: `the branch of this run (${ref ?? ''})`, what: `its tag would be ${tag}, which the registry has for something else`, next: 'rename the branch, or leave out the rule `branch`' }]; // prettier-ignore
};

const versionTag = (tag: string): string | undefined => {
  const version = tag.replace(/^v/, '').replace(/\+.*$/, '');
  return semver.test(version) ? version : undefined;
};

/**
 * The tags of an image, in the order of the rules, `sha` always first: `sha-<12 digits>`; `commit`: all its digits (git has 40 or 64); `branch`: the
 * branch that the run is of; `semver`: `1.2.3` where the run is of a tag `v1.2.3` or `1.2.3`; `:name`: `name`. Pure.
 */
export const tagsOf = (rules: readonly string[], commit: string, ref: Ref): readonly string[] => {
  const tag = /^refs\/tags\/(.+)$/.exec(ref ?? '')?.[1];
  const all = rules.map((rule) => {
    if (rule === 'commit') return commit;
    if (rule === 'branch') return branchTagOf(rules, ref);
    if (rule === 'semver') return tag === undefined ? undefined : versionTag(tag);
    return rule.startsWith(':') ? rule.slice(1) : undefined;
  });
  return [shaTag(commit), ...all].filter((one, at, list): one is string => one !== undefined && one !== '' && list.indexOf(one) === at); // prettier-ignore
};

/** What is wrong with rules. */
export const tagProblems = (rules: readonly string[]): readonly Omit<Problem, 'where'>[] =>
  rules.flatMap((rule) => {
    if ((tagRules as readonly string[]).includes(rule)) return [];
    if (!rule.startsWith(':'))
      return [{ what: `${rule} is no rule of tags`, next: `rules: ${tagRules.join(', ')}; a tag itself begins with a colon, like :staging` }]; // prettier-ignore
    const tag = rule.slice(1);
    if (!form.test(tag)) return [{ what: `${tag || 'nothing'} is no tag: letters, digits, _ . and -, at most 128` }];
    if (isReserved(tag))
      return [{ what: `${tag} is a tag that the registry has for something else: the build cache, or what belongs to a digest`, next: 'give another name' }]; // prettier-ignore
    return isImmutable(tag)
      ? [{ what: `${tag} has the form of a tag of a commit or version, which never moves`, next: 'give another name, or use the rules sha, commit and semver' }] // prettier-ignore
      : [];
  });
