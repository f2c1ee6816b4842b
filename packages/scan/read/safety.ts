import { z } from 'zod';
import type { Finding, Severity } from '#plan';
import { each, jsonIn } from './json.ts';
import { scanned, troubles } from './report.ts';
import type { Troubles } from './report.ts';
import type { About, ScanResults } from './results.ts';
import { firstLine, oneLine, pageOf } from './text.ts';

const score = z.object({ base_severity: z.string().nullish() }).nullish();

/** 2.x and 3.x: `safety check --json`. */
const check = z.object({
  scanned_packages: z.record(z.string(), z.object({ version: z.string().nullish() })),
  vulnerabilities: z.array(z.unknown()),
  ignored_vulnerabilities: z.array(z.unknown()).default([]),
});

const vulnerability = z.object({
  vulnerability_id: z.string(),
  package_name: z.string(),
  analyzed_version: z.string().nullish(),
  advisory: z.string().nullish(),
  CVE: z.string().nullish(),
  severity: z.object({ cvssv3: score }).nullish(),
  fixed_versions: z.array(z.string()).nullish(),
  more_info_url: z.string().nullish(),
});

/** 3.x accepts by itself what it knows of requirements that name a range of versions, by a default of its policy. */
const unpinned = z.object({
  package_name: z.string(),
  ignored_reason: z.string().regex(/ignore-unpinned-requirements/),
});

/** 1.x: name, what is vulnerable, version, advisory, id, …, CVSS 3. */
const row = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()]).rest(z.unknown());

/** 3.x: `safety scan --output json`, as its package safety_schemas says. */
const scan = z.object({
  scan_results: z.object({
    files: z.array(z.unknown()).nullish(),
    projects: z.array(z.object({ files: z.array(z.unknown()) })).nullish(),
  }),
});

const scannedFile = z.object({ location: z.string(), results: z.object({ dependencies: z.array(z.unknown()) }) });

const specified = z.object({
  name: z.string(),
  specifications: z.array(
    z.object({
      raw: z.string(),
      vulnerabilities: z.object({
        known_vulnerabilities: z.array(
          z.object({ id: z.string(), ignored: z.unknown(), vulnerable_spec: z.unknown() }),
        ),
        remediation: z.object({ recommended: z.string().nullish() }).nullish(),
      }),
    }),
  ),
});

/** CVSS's own words; where it gives none, high: only subscribers get them. */
const severityOf = (word: string | null | undefined): Severity => {
  const known = ['critical', 'high', 'medium', 'low'] as const;
  return known.find((one) => one === word?.toLowerCase()) ?? 'high';
};

const found = (id: string, subject: string, says: string, severity: Severity, fix = '', url?: string): Finding => ({
  tool: 'safety',
  rule: oneLine(id),
  severity,
  message: firstLine(`${subject}: ${firstLine(says) || id}`),
  subject: oneLine(subject),
  ...(fix === '' ? {} : { fix: oneLine(`upgrade to ${fix}`) }),
  ...(url === undefined ? {} : { url }),
});

const ofCheck = ({ vulnerabilities }: z.output<typeof check>, trouble: Troubles): readonly Finding[] =>
  each(vulnerabilities, vulnerability, trouble, 'vulnerability').map((one) =>
    found(
      one.vulnerability_id,
      `${one.package_name} ${one.analyzed_version ?? ''}`.trim(),
      `${firstLine(one.advisory ?? '')}${one.CVE ? ` (${one.CVE})` : ''}`,
      severityOf(one.severity?.cvssv3?.base_severity),
      one.fixed_versions?.join(' or '),
      pageOf(one.more_info_url),
    ),
  );

const ofRows = (rows: readonly unknown[], trouble: Troubles): readonly Finding[] =>
  each(rows, row, trouble, 'vulnerability').map(([name, , version, advisory, id, , cvss]) =>
    found(id, `${name} ${version}`, advisory, severityOf(score.safeParse(cvss).data?.base_severity)),
  );

const ofScan = (
  { scan_results: { files, projects } }: z.output<typeof scan>,
  trouble: Troubles,
  file: string,
): ScanResults => {
  const all = [...(files ?? []), ...(projects ?? []).flatMap((project) => project.files)];
  const dependencies = each(all, scannedFile, trouble, 'file').flatMap(({ results }) => results.dependencies);
  if (dependencies.length === 0) trouble.add('names no package that was looked at');
  const known = each(dependencies, specified, trouble, 'dependency').flatMap(({ specifications }) =>
    specifications.flatMap(({ raw, vulnerabilities: { known_vulnerabilities: list, remediation } }) =>
      list.map(({ id, ignored }) => ({
        finding: found(id, raw, '', 'high', remediation?.recommended ?? ''),
        ignored: ignored !== null && ignored !== undefined,
      })),
    ),
  );
  const counted = known.filter(({ ignored }) => !ignored).map(({ finding }) => finding);
  return scanned('safety', file, trouble, counted, known.length - counted.length);
};

/**
 * `safety check --json` of 1.x, 2.x and 3.x, and `safety scan --output json`. A report without packages is unchecked, and so is each package
 * without a version: 3.7.0 does not look at what is not pinned, with exit code 0. 2.3.5 leaves that out altogether: `packages` are those that
 * it has. Those of 1.x do not say what was looked at.
 */
export const readSafety = (text: string, { file }: About): ScanResults => {
  const trouble = troubles('safety', file);
  const json = jsonIn(text);
  if (Array.isArray(json)) return scanned('safety', file, trouble, ofRows(json, trouble), 0);
  const scanReport = scan.safeParse(json);
  if (scanReport.success) return ofScan(scanReport.data, trouble, file);
  const checkReport = check.safeParse(json);
  if (!checkReport.success) {
    trouble.add(text.trim() === '' ? 'is empty' : 'is no report of safety, or a part of one');
    return scanned('safety', file, trouble);
  }
  const { scanned_packages: packages, ignored_vulnerabilities: ignored } = checkReport.data;
  const findings = ofCheck(checkReport.data, trouble);
  if (Object.keys(packages).length === 0) trouble.add('names no package that was looked at');
  const loose = ignored.flatMap((one) => unpinned.safeParse(one).data?.package_name ?? []);
  const without = Object.entries(packages).flatMap(([name, { version }]) => (version === null ? [name] : []));
  for (const name of new Set([...without, ...loose]))
    trouble.add(`has no version of ${name}: what is not pinned is not checked`);
  return {
    ...scanned('safety', file, trouble, findings, ignored.length - loose.length),
    packages: Object.keys(packages),
  };
};
