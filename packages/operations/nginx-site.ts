import type { ReadFile, Target } from '#config';
import { Failure } from '#fault';
import type { Problem } from '#fault';
import { lineOfSite, siteWords } from '#release';
import type { SiteWords } from '#release';
import type { Output } from '#remote';
import { perform, step } from './scene.ts';
import type { Scene } from './scene.ts';

type Of = Pick<Target, 'base' | 'nginx'>;

/** The site that the checkout has for this target; none where it names none. */
const read = ({ base, nginx }: Of, files: ReadFile): ReturnType<typeof siteWords> => {
  if (nginx === undefined) return { problems: [] };
  const { file, domains } = nginx;
  const found = files(file);
  if (typeof found === 'string')
    return { problems: [{ where: 'nginx.file', what: found, next: 'Commit it, and run actions/checkout before.' }] };
  return siteWords(file, Buffer.from(found).toString('utf8'), {
    domain: domains[0] ?? '',
    domains: domains.join(' '),
    current: `${base}/current`,
    shared: `${base}/shared`,
  });
};

/** What can be told of the file of the site without the host. */
export const siteProblems = (target: Of | undefined, files: ReadFile): readonly Problem[] =>
  target === undefined ? [] : read(target, files).problems;

/** The site of the release, as words. Throws INPUT_INVALID. */
export const siteOf = ({ target, files }: Pick<Scene, 'target' | 'files'>): SiteWords | undefined => {
  const { site, problems } = read(target, files);
  if (problems.length > 0)
    throw new Failure({
      code: 'INPUT_INVALID',
      what: "the file of nginx's site cannot be read",
      next: 'Mend each of the lines; nothing was changed.',
      problems,
    });
  return site;
};

const own = /^landfall-\d+: line (\d+): (.*)$/;
/** Of the site that is tried; what another one has is not of this file. */
const nginxs = /^(?:nginx:|[\d/]+ [\d:]+) \[\w+\] (?:\d+#\d+: )?(.*) in \/\S+\/zz-landfall-\d+\.conf:(\d+)$/;

/** A line of what root's program said, as a problem of the file; undefined: it names no line of it. */
const problemOf =
  (file: string, site: SiteWords) =>
  (said: string): Problem | undefined => {
    const [, ownLine, what] = own.exec(said) ?? [];
    // nginx's first line stands behind words of the program
    const [, words, line = ownLine] = nginxs.exec(said.replace(/^landfall-\d+: nginx does not take it: /, '')) ?? [];
    const at = line === undefined ? undefined : lineOfSite(site, Number(line));
    if (line === undefined || (what === undefined && words === undefined)) return undefined;
    return { where: file, ...(at === undefined ? {} : { line: at }), what: what ?? `nginx: ${words ?? ''}` };
  };

/** What the host said, as a fault; undefined: it would take the site. PREFLIGHT: root has something to do; SOURCE_UNFIT: the file is wrong. */
export const siteRefused = (
  { base, host, nginx }: Pick<Target, 'base' | 'host' | 'nginx'>,
  site: SiteWords,
  { missing, domains, refused }: Output<'try-site'>,
): Failure | undefined => {
  if (nginx === undefined) return undefined;
  const strange = nginx.domains.filter((name) => !domains.includes(name));
  if (missing || strange.length > 0) {
    const what = missing
      ? `${host.user} may not have nginx serve a site of ${base}`
      : `${host.user} may not have nginx answer for ${strange.join(', ')}`;
    const next = 'run the setup script as root: it installs the program by which the deploy user may, for these domains (docs/nginx.md)'; // prettier-ignore
    return new Failure({
      code: 'PREFLIGHT',
      what,
      next: 'Mend it as said, and run again. Nothing was changed.',
      problems: [{ where: `host ${host.name}`, what, next, root: true }],
    });
  }
  if (refused === undefined) return undefined;
  const problems = refused.flatMap((line) => problemOf(nginx.file, site)(line) ?? []);
  return new Failure({
    code: 'SOURCE_UNFIT',
    what: `nginx's site of this release is refused on ${host.name}`,
    said: refused.slice(0, 20),
    next: `Mend ${nginx.file}, or what it names on the host; docs/nginx.md says what it may hold. Nothing was changed.`,
    ...(problems.length === 0 ? {} : { problems }),
  });
};

/** Has the host test the site; nothing there changes. Faults: PREFLIGHT, SOURCE_UNFIT. */
export const trySite = async (scene: Scene, site: SiteWords): Promise<void> => {
  const { target } = scene;
  const one = step(scene, 'site', 'have nginx test the site of the release', 'try-site', { base: target.base });
  const failure = siteRefused(target, site, await perform(scene, one, { body: Buffer.from(site.words) }));
  if (failure !== undefined) throw failure;
};
