import { shorten } from '#plan';

/** What a line of a requirements file asks for, by PEP 508 and pip's own forms. */
export type Requirement =
  | { readonly kind: 'pinned'; readonly name: string }
  /** `why`: what is missing to one exact content. */
  | { readonly kind: 'loose'; readonly name: string; readonly why: string }
  /** An option that installs nothing: an index, say. */
  | { readonly kind: 'option' }
  | { readonly kind: 'unreadable' };

/** PEP 503: `-`, `_` and `.` are one, case means nothing. */
export const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

/** What is shown of a requirement: without who logs in at an address. */
export const shown = (text: string): string => shorten(text.replaceAll(/:\/\/[^/\s]*@/g, '://…@'), 100);

const name = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*/;
const clause = /^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)$/;
/** A whole id of a commit. */
const commit = /@[0-9a-f]{40}(?:[0-9a-f]{24})?(?:#|$)/;
const hash = /[#&](?:sha256|sha384|sha512)=[0-9a-f]{64,128}/;
const archive = /\.(?:whl|zip|tar\.(?:gz|bz2|xz)|tgz)(?:#|$)/;
const remote = /^[a-z][a-z0-9+.-]*:\/\//i;

/** A logical line, without what includes another file. */
export const requirementOf = (line: string): Requirement => {
  const editable = /^(?:-e|--editable)(?:\s+|=)\s*(.+)$/.exec(line)?.[1];
  if (editable !== undefined) return address(editable, editable);
  if (line.startsWith('-')) return { kind: 'option' };
  // options of one requirement stand behind it: --hash=…
  const asked = line.replace(/\s--[a-z].*$/, '').trim();
  if (remote.test(asked) || /^(?:\.{0,2}\/|\.{1,2}$)/.test(asked) || archive.test(asked.split(/[\s;]/)[0] ?? ''))
    return address(asked, asked);
  const found = name.exec(asked);
  if (found === null) return { kind: 'unreadable' };
  const package_ = normal(found[1] ?? '');
  const rest = asked.slice(found[0].length);
  if (rest.startsWith('@')) return address(rest.slice(1).trim(), package_);
  return versions((rest.split(';')[0] ?? '').trim(), package_);
};

/** One exact version: `==` without a wildcard, or `===`. */
const versions = (text: string, package_: string): Requirement => {
  const bare = /^\((.*)\)$/.exec(text)?.[1] ?? text;
  if (bare === '') return { kind: 'loose', name: package_, why: 'names no version' };
  const clauses = bare.split(',').map((one) => clause.exec(one.trim()));
  if (clauses.some((one) => one === null)) return { kind: 'unreadable' };
  const exact = clauses.some((one) => one?.[1] === '===' || (one?.[1] === '==' && one[2]?.endsWith('.*') === false));
  return exact ? { kind: 'pinned', name: package_ } : { kind: 'loose', name: package_, why: `allows ${bare}` };
};

/** A place instead of a version: a commit, an archive with its hash, or an archive of the repository itself. */
const address = (text: string, name_: string): Requirement => {
  const [place = ''] = text.split(/\s/);
  if (/^(?:git|hg|bzr|svn)\+/.test(place) || /^[\w.-]+@[\w.-]+:/.test(place))
    return commit.test(place)
      ? { kind: 'pinned', name: name_ }
      : { kind: 'loose', name: name_, why: 'names no commit by its whole id' };
  if (remote.test(place) && !/^file:/i.test(place))
    return hash.test(place)
      ? { kind: 'pinned', name: name_ }
      : { kind: 'loose', name: name_, why: 'names a file without its hash' };
  return archive.test(place)
    ? { kind: 'pinned', name: name_ }
    : { kind: 'loose', name: name_, why: 'is a folder: what it needs itself is not pinned' };
};
