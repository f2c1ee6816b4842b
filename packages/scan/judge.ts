import type { Exception, Test } from '#config';
import type { Finding, Gate, Note, Severity, Verdict } from '#plan';
import { commandGates } from './command-gates.ts';
import { coverageGates, coverageReport } from './coverage.ts';
import { applyExceptions } from './exceptions.ts';
import { findingGate, inOrder, once } from './finding-gates.ts';
import type { Excepted, Found, From, Judgement, SourceRule } from './found.ts';
import { withUnchecked } from './gate.ts';
import type { TestResults } from './read/results.ts';
import { askedRules, ownGate, ruleGates, sourceRuleOf } from './rules/rule-gates.ts';
import { comparedTests, testGate, totalsOf } from './test-gates.ts';
import { uncheckedOf } from './unchecked.ts';

/** Of one tool: what it found, and how bad that may be. */
type Group = {
  readonly name: string;
  readonly tool: string;
  readonly failOn: Severity;
  readonly findings: readonly Finding[];
  /** How many it was told to accept itself. */
  readonly suppressed: number;
};

/**
 * The verdict, by all that was found out and nothing else: the same input gives the same report. What was asked for and is not
 * known makes its gate incomplete. A failed gate fails; an incomplete one makes the verdict incomplete, unless it is allowed by name.
 */
export const judge = (wanted: Test, found: Found): Judgement => {
  const tests = eachFile(found.tests);
  const unchecked = uncheckedOf(wanted, found, tests);
  const missing = new Set(unchecked.map(({ by }) => by));
  const asked = { tests: asksTests(wanted) || tests.length > 0, rules: askedRules(wanted) };
  const whole = tests.length > 0 && !missing.has('tests');
  const compared = asked.tests
    ? comparedTests(wanted['compare-tests'], tests, whole, found.base)
    : { gates: [], findings: [], notes: [] };

  const groups = groupsOf(wanted, found);
  const own = [...found.rules.findings, ...compared.findings];
  const all = [...groups.flatMap(({ findings }) => findings), ...own];
  const surely = (one: Exception): boolean => looked(one, found, missing, asked.rules);
  const { counted, excepted } = applyExceptions(
    all,
    found.exceptions ?? { file: '', entries: [] },
    found.today,
    surely,
  );
  const count = new Set(counted);
  const kept = counted.filter(({ tool }) => tool === 'landfall');

  const coverage = coverageReport(found.coverage, found.changes, wanted['coverage-omit']);
  const floors = { total: wanted['coverage-min'], changed: wanted['changed-coverage-min'] };
  const gates = withUnchecked(
    [
      ...commandGates(Object.keys(wanted.run), found.commands),
      ...(asked.tests ? [testGate(tests, wanted['allow-empty'], whole)] : []),
      ...compared.gates.map((gate) => ownGate(gate, kept)),
      ...(asksCoverage(wanted, found) ? coverageGates(floors, coverage, found.changes) : []),
      ...groups.map((group) => groupGate(group, count)),
      ...ruleGates(asked.rules, found.rules.looked, kept),
      ...(found.exceptions === undefined ? [] : [exceptionGate(kept)]),
    ],
    unchecked,
    wanted['allow-incomplete'],
  );
  const verdict = verdictOf(gates);
  return {
    scan: {
      verdict,
      commands: found.commands,
      gates,
      tests: totalsOf(tests),
      failures: tests.flatMap(({ failures }) => failures),
      findings: inOrder(once(counted)),
      excepted: once(excepted.map(({ finding }) => finding)).length,
      unchecked,
      ...(coverage === undefined ? {} : { coverage }),
    },
    excepted: eachOnce(excepted),
    notes: [
      ...flaky(found),
      ...found.rules.notes,
      ...compared.notes,
      ...unknownNames(wanted['allow-incomplete'], gates),
    ],
    says: says(verdict, gates),
  };
};

/** A file that two patterns name counts once. */
const eachFile = (tests: readonly (TestResults & From)[]): readonly TestResults[] => [
  ...new Map(tests.map((one) => [one.file, one])).values(),
];

const eachOnce = (excepted: readonly Excepted[]): readonly Excepted[] => {
  const kept = new Set(once(excepted.map(({ finding }) => finding)));
  return excepted.filter(({ finding }) => kept.has(finding));
};

const byTool = ({ run }: Test, tool: string): boolean => Object.values(run).some((command) => command.tool === tool);

const asksTests = (wanted: Test): boolean => wanted.junit.length > 0 || byTool(wanted, 'junit');

const asksCoverage = (wanted: Test, { coverage }: Found): boolean =>
  coverage.length > 0 ||
  wanted.coverage.length > 0 ||
  wanted['coverage-min'] !== undefined ||
  wanted['changed-coverage-min'] !== undefined ||
  byTool(wanted, 'coverage');

/** Scanners, each with what it found. Where commands of one tool have limits of their own, each is a gate. */
const groupsOf = (wanted: Test, { scans }: Found): readonly Group[] => {
  const failOn = ({ command }: From): Severity =>
    (command === undefined ? undefined : wanted.run[command]?.['fail-on']) ?? wanted['fail-on'];
  const tools = Map.groupBy(scans, ({ tool }) => tool);
  return [...tools].flatMap(([tool, these]) => {
    const limits = Map.groupBy(these, failOn);
    return [...limits].map(([limit, group]): Group => {
      const names = group.map(({ command, file }) => command ?? file);
      return {
        name: limits.size === 1 ? tool : `${tool} (${names.join(', ')})`,
        tool,
        failOn: limit,
        findings: group.flatMap(({ findings }) => findings),
        suppressed: group.reduce((sum, { suppressed }) => sum + suppressed, 0),
      };
    });
  });
};

const groupGate = ({ name, tool, failOn, findings, suppressed }: Group, counted: ReadonlySet<Finding>): Gate => {
  const these = findings.filter((one) => counted.has(one));
  const gate = findingGate(name, these, failOn);
  return suppressed === 0 ? gate : { ...gate, found: `${gate.found}; ${suppressed} accepted by ${tool} itself` };
};

/**
 * Whether what an exception is of has surely been looked for. Without a tool: by all that there are, and by one at least; another job of the
 * repository may have others.
 */
const looked = (
  { rule, tool }: Exception,
  { rules, scans }: Found,
  missing: ReadonlySet<string>,
  asked: readonly SourceRule[],
): boolean => {
  const own = sourceRuleOf(rule);
  if (tool === 'landfall' || (tool === undefined && own !== undefined)) {
    const ones = own === undefined ? asked : [own];
    return rules.unchecked.length === 0 && asked.length > 0 && ones.every((one) => rules.looked.includes(one));
  }
  if (tool === undefined) return missing.size === 0 && scans.length > 0;
  return !missing.has(tool) && scans.some((scan) => scan.tool === tool && scan.unchecked.length === 0);
};

/** One that has ended or is unused fails whatever `fail-on` says. */
const exceptionGate = (findings: readonly Finding[]): Gate => {
  const these = findings.filter(({ rule }) => rule === 'exception-expired' || rule === 'exception-unused');
  const count = (rule: string): number => these.filter((one) => one.rule === rule).length;
  return {
    ...findingGate('exceptions', these, 'note'),
    wanted: 'none has ended, none is unused',
    found: `${count('exception-expired')} ended, ${count('exception-unused')} unused`,
  };
};

const verdictOf = (gates: readonly Gate[]): Verdict => {
  if (gates.some(({ outcome }) => outcome === 'failed')) return 'failed';
  // nothing was asked for: nothing is known
  return gates.length === 0 || gates.some(isOpen) ? 'incomplete' : 'passed';
};

const isOpen = ({ outcome, allowed }: Gate): boolean => outcome === 'incomplete' && allowed !== true;

/** What passed, but not at once. */
const flaky = ({ commands }: Found): readonly Note[] =>
  commands
    .filter(({ outcome, tries }) => outcome === 'passed' && tries > 1)
    .map(({ name, tries }) => ({
      kind: 'warning',
      text: `Command ${name} is flaky: it passed at try ${tries}, after ${tries - 1 === 1 ? 'one' : tries - 1} that failed.`,
    }));

const unknownNames = (names: readonly string[], gates: readonly Gate[]): readonly Note[] =>
  names
    .filter((name) => !gates.some((gate) => gate.name === name))
    .map((name) => ({ kind: 'warning', text: `\`allow-incomplete\` names ${name}, and there is no such gate.` }));

const says = (verdict: Verdict, gates: readonly Gate[]): string => {
  const list = (these: readonly Gate[]): string => these.map(({ name }) => name).join(', ');
  const failed = gates.filter(({ outcome }) => outcome === 'failed');
  const open = gates.filter(isOpen);
  const allowed = gates.filter((gate) => gate.allowed === true);
  const of = `of ${gates.length} ${gates.length === 1 ? 'gate' : 'gates'}`;
  const notSeen = open.length === 0 ? '' : `${open.length} ${of} could not be checked: ${list(open)}`;
  if (gates.length === 0) return 'nothing was asked for';
  if (verdict === 'failed')
    return [`${failed.length} ${of} failed: ${list(failed)}`, notSeen].filter((text) => text !== '').join('; ');
  if (verdict === 'incomplete') return notSeen;
  return allowed.length === 0
    ? `${gates.length} ${of} passed`
    : `${gates.length - allowed.length} ${of} passed; not checked, as allowed: ${list(allowed)}`;
};
