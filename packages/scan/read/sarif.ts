import type { Finding, Severity } from '#plan';
import { each, jsonIn } from './json.ts';
import { troubles } from './report.ts';
import type { Troubles } from './report.ts';
import { toolName } from './results.ts';
import type { About, Ground, SarifRun, ScanResults } from './results.ts';
import { keptOf } from './sarif-keep.ts';
import { placeOf } from './sarif-place.ts';
import * as shape from './sarif-shape.ts';
import type { Level, Rule, Run, SarifResult } from './sarif-shape.ts';
import { trivySays } from './sarif-trivy.ts';
import { firstLine, oneLine, pageOf } from './text.ts';

const severities: Readonly<Record<Level, Severity>> = { error: 'high', warning: 'medium', note: 'low', none: 'note' };

/** Tools whose findings are secrets: their messages may hold them. */
const secretTools = /gitleaks|trufflehog|detect-secrets|secretlint|ggshield/i;

/** https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const ofScore = (score: number): Severity =>
  score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';

type Rules = { readonly byId: ReadonlyMap<string, Rule>; readonly lists: readonly (readonly (Rule | undefined)[])[] };

const rulesOf = ({ tool }: Run): Rules => {
  // a rule that cannot be read costs its words and its severity, not the finding
  const lists = [tool.driver, ...(tool.extensions ?? [])].map(({ rules }) =>
    (rules ?? []).map((one) => shape.rule.safeParse(one).data),
  );
  return { lists, byId: new Map(lists.flat().flatMap((one) => (one === undefined ? [] : [[one.id, one]]))) };
};

const ruleOf = (result: SarifResult, { byId, lists }: Rules): Rule | undefined => {
  const list = lists[(result.rule?.toolComponent?.index ?? -1) + 1];
  const indexed = list?.[result.rule?.index ?? result.ruleIndex ?? -1];
  const id = result.ruleId ?? result.rule?.id ?? '';
  // "CA1000/1" is a finer one of the rule CA1000
  return indexed ?? byId.get(id) ?? byId.get(id.replace(/\/[^/]*$/, ''));
};

const severityOf = (result: SarifResult, rule: Rule | undefined, secret: boolean): Severity => {
  const score = result.properties?.['security-severity'] ?? rule?.properties?.['security-severity'];
  const number = Number(score ?? NaN);
  if (String(score).trim() !== '' && Number.isFinite(number)) return ofScore(number);
  if ((result.kind ?? 'fail') !== 'fail') return 'note';
  const level = result.level ?? rule?.defaultConfiguration?.level;
  // gitleaks gives neither
  return level === null || level === undefined ? (secret ? 'high' : 'medium') : severities[level];
};

const saysOf = ({ message }: SarifResult, rule: Rule | undefined): string => {
  const stored = message?.id ? rule?.messageStrings?.[message.id]?.text : undefined;
  const text = message?.text ?? message?.markdown ?? stored ?? rule?.shortDescription?.text ?? '';
  return text.replace(/\{(\d+)\}/g, (hole, at: string) => message?.arguments?.[Number(at)] ?? hole);
};

const isSecret = (tool: string, rule: Rule | undefined, result: SarifResult): boolean =>
  secretTools.test(tool) || [...(rule?.properties?.tags ?? []), ...(result.properties?.tags ?? [])].includes('secret');

const notices = (run: Run, tool: string, ground: Ground, trouble: Troubles): void => {
  for (const one of run.invocations ?? []) {
    if (one.executionSuccessful === false)
      trouble.add(`says that ${tool} did not get through: ${one.exitCodeDescription ?? 'no reason given'}`, tool);
    for (const notice of [...(one.toolExecutionNotifications ?? []), ...(one.toolConfigurationNotifications ?? [])]) {
      if (notice.level !== 'error') continue;
      const { file } = placeOf(notice, run, ground);
      trouble.add(
        `says: ${file === undefined ? '' : `${file}: `}${firstLine(saysOf(notice, undefined)) || 'an error without words'}`,
        tool,
      );
    }
  }
};

type Found = {
  readonly tool: string;
  readonly findings: readonly Finding[];
  readonly suppressed: number;
  readonly kept?: SarifRun;
};

const readRun = (written: unknown, ground: Ground, trouble: Troubles): Found | undefined => {
  const read = shape.run.safeParse(written);
  if (!read.success) {
    trouble.add(`has a run that could not be read: ${read.error.issues[0]?.path.join('.') ?? ''}`);
    return undefined;
  }
  const run = read.data;
  const tool = toolName(run.tool.driver.name);
  notices(run, tool, ground, trouble);
  if (!Array.isArray(run.results)) trouble.add(`has a run of ${tool} without results: it did not look`, tool);
  const rules = rulesOf(run);
  const results = each(run.results ?? [], shape.result, trouble, `result of ${tool}`).filter(
    ({ kind, baselineState }) => kind !== 'pass' && kind !== 'notApplicable' && baselineState !== 'absent',
  );
  // "insufficient information for the analysis tool to evaluate" (3.27.9)
  const open = results.filter(({ kind }) => kind === 'open').length;
  if (open > 0) trouble.add(`has ${open} results that ${tool} could not decide`, tool);
  // one that is under review, or rejected, does not count (3.27.23)
  const accepted = ({ suppressions }: SarifResult): boolean =>
    (suppressions ?? []).length > 0 &&
    (suppressions ?? []).every(({ status }) => (status ?? 'accepted') === 'accepted');
  const findings = results
    .filter((one) => !accepted(one))
    .map((one): Finding => {
      const rule = ruleOf(one, rules);
      const id = oneLine(one.ruleId ?? one.rule?.id ?? rule?.id ?? '') || 'unnamed';
      const secret = isSecret(tool, rule, one);
      const says = saysOf(one, rule);
      const url = pageOf(rule?.helpUri);
      const words = secret
        ? { message: `a secret, by the rule ${id}` }
        : (trivySays(says, rule?.shortDescription?.text ?? undefined) ?? { message: says });
      return {
        tool,
        rule: id,
        severity: severityOf(one, rule, secret),
        ...words,
        message: oneLine(words.message) || id,
        ...placeOf(one, run, ground),
        ...(url === undefined ? {} : { url }),
      };
    });
  const kept = keptOf(written as Record<string, unknown>, (one) => {
    const result = shape.result.safeParse(one);
    if (!result.success) return secretTools.test(tool) ? 'a secret' : undefined;
    const rule = ruleOf(result.data, rules);
    return isSecret(tool, rule, result.data)
      ? `a secret, by the rule ${result.data.ruleId ?? rule?.id ?? 'unnamed'}`
      : undefined;
  });
  if (kept === undefined) trouble.add(`has a run of ${tool} that nests too deep to be carried on`, tool);
  return { tool, findings, suppressed: results.length - findings.length, ...(kept === undefined ? {} : { kept }) };
};

/**
 * SARIF 2.1.0 of any scanner. Severity is by `security-severity` (9, 7, 4), else by level: error is high, warning medium, note low. Secrets and quoted
 * code are left behind, also in the runs that go on. A run that did not get through, or has no results, is unchecked.
 */
export const readSarif = (text: string, { file, ...ground }: About): ScanResults => {
  const trouble = troubles('sarif', file);
  const read = shape.log.safeParse(jsonIn(text));
  const empty = { tool: 'sarif', file, findings: [], suppressed: 0 };
  if (!read.success) {
    trouble.add(text.trim() === '' ? 'is empty' : 'is no SARIF, or a part of one');
    return { ...empty, unchecked: trouble.list() };
  }
  const { version, runs } = read.data;
  if (!version.startsWith('2.1.')) trouble.add(`is SARIF ${version}, and 2.1.0 is read`);
  if (runs.length === 0) trouble.add('has no run of a tool');
  const found = runs.map((run) => readRun(run, ground, trouble)).filter((one) => one !== undefined);
  const tools = [...new Set(found.map(({ tool }) => tool))];
  return {
    ...empty,
    tool: tools.length === 1 ? (tools[0] ?? 'sarif') : 'sarif',
    findings: found.flatMap(({ findings }) => findings),
    suppressed: found.reduce((sum, { suppressed }) => sum + suppressed, 0),
    unchecked: trouble.list(),
    sarif: found.flatMap(({ kept }) => (kept === undefined ? [] : [kept])),
  };
};
