import type { Problem } from '#fault';
import { fillNames, nearest } from '#plan';
import type { Entry, Reader } from './entry.ts';
import { programRules } from './program-rules.ts';
import { inProgramComment, readPrograms } from './program-text.ts';
import { keyOf, ofVariables, shown } from './rule.ts';
import type { Grounds, Outcome, Refusal, Rule, Said } from './rule.ts';
import { beyondUnit, unitRules } from './unit-rules.ts';
import { inUnitComment, readUnit } from './unit-text.ts';

/** What a file says of one service. */
export type Reading = {
  readonly said: Said;
  /** Keys that say nothing which Landfall does not settle itself. */
  readonly settled: readonly string[];
  /** Keys of landfall.yml that count in place of its lines. */
  readonly instead: readonly string[];
  /** Programs that it describes. */
  readonly programs: readonly string[];
  readonly problems: readonly Problem[];
};

type Rules = Readonly<Record<string, Rule>>;

type Format = {
  readonly read: Reader;
  readonly commented: RegExp;
  /** What keys of a section mean; undefined: it says nothing of this service. */
  readonly rules: (section: string, service: string) => Rules | Refusal | undefined;
  /** The key of the command, and where it stands. */
  readonly command: (service: string) => readonly [section: string, key: string];
  /** What to do about a key that nothing is known of. */
  readonly beyond: string;
};

const unit: Format = {
  read: readUnit,
  commented: inUnitComment,
  rules: (section) => {
    // not enabled: at boot `undo recover` decides what may serve
    if (section === 'Install' || section.startsWith('X-')) return undefined;
    return (
      unitRules[section] ?? { what: 'a service is all that is run', next: 'name a unit whose name ends in .service' }
    );
  },
  command: () => ['Service', 'ExecStart'],
  beyond: beyondUnit,
};

const programs: Format = {
  read: readPrograms,
  commented: inProgramComment,
  rules: (section, service) => {
    if (section === `program:${service}`) return programRules;
    if (/^(?:program|group):/.test(section)) return undefined;
    return { what: 'programs are all that is run', next: 'take it out: Landfall has a supervisord of its own' };
  },
  command: (service) => [`program:${service}`, 'command'],
  beyond: 'leave it out',
};

const formats: readonly (readonly [name: RegExp, Format])[] = [
  [/\.service$/, unit],
  [/\.(?:conf|ini)$/, programs],
];

/** A line that counts, and what its key means; undefined: nothing is known of it. */
type Line = { readonly entry: Entry; readonly rule: Rule | undefined };

/** The lines of a section that count: an empty one takes all with its key before it back, and of most keys the last one holds. */
const counting = (entries: readonly Entry[], rules: Rules): readonly Line[] => {
  const keys = new Set(entries.map(({ key }) => key).filter((key) => key !== ''));
  return [...keys].flatMap((key) => {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    const all = entries.filter((entry) => entry.key === key);
    const rest = all.slice(all.findLastIndex(({ value }) => value === '') + 1);
    return (rule === undefined || rule.list === true ? rest : rest.slice(-1)).map((entry) => ({ entry, rule }));
  });
};

const unknown = (key: string, rules: Rules, beyond: string): Refusal => {
  const near = nearest(key, Object.keys(rules));
  const next = near === undefined ? beyond : `did you mean ${near}? Else ${beyond}`;
  return { what: 'Landfall knows nothing like it', next };
};

/**
 * What a unit of systemd or a file of supervisor's says of a service, as keys of landfall.yml, or every problem with it. Nothing of it
 * is passed over: a line is taken, or settled by Landfall itself, or refused. Pure.
 * @param given keys that landfall.yml has itself, as `drain` or `unit.Nice`: lines that say these are not looked at
 */
export const readService = (
  file: string,
  content: string,
  values: Readonly<Record<string, string>>,
  on: Grounds,
  given: ReadonlySet<string>,
): Reading => {
  const format = formats.find(([name]) => name.test(file))?.[1];
  if (format === undefined) {
    const what = 'its name ends neither in .service, as a unit’s, nor in .conf or .ini, as a file’s of supervisor';
    return { said: {}, settled: [], instead: [], programs: [], problems: [{ where: file, what }] };
  }
  const { text, problems: unnamed } = fillNames(file, content, values, format.commented);
  const { entries, problems: unread } = format.read(file, text);
  const problems = [...unnamed.map((one) => unvalued(one, entries, unread)), ...unread];
  const settled = new Set<string>();
  const instead = new Set<string>();
  let said: Said = {};
  let commands = 0;
  const hear = ({ entry, rule }: Line, rules: Rules): Outcome => {
    if (rule === undefined) return unknown(entry.key, rules, format.beyond);
    if (rule.gives === undefined) return rule.read(entry, on);
    const key = rule.gives === 'unit' ? `unit.${entry.key}` : rule.gives;
    if (given.has(key)) {
      instead.add(key);
      return { says: {} };
    }
    if (rule.gives === 'command') commands += 1;
    return commands > 1 && rule.gives === 'command'
      ? { what: 'is a second command', next: 'a service is one program: describe each as its own' }
      : rule.read(entry, on);
  };
  for (const section of new Set(entries.map((entry) => entry.section))) {
    const own = entries.filter((entry) => entry.section === section);
    const rules = format.rules(section, on.service);
    if (rules === undefined) continue;
    if (isRefusal(rules)) {
      problems.push({ where: file, ...headOf(own), what: `${headShown(section)}: ${rules.what}`, next: rules.next });
      continue;
    }
    for (const line of counting(own, rules)) {
      const { entry } = line;
      const outcome = hear(line, rules);
      if ('settled' in outcome) settled.add(entry.key);
      else if ('what' in outcome)
        problems.push({
          where: file,
          line: entry.line,
          what: `${line.rule === undefined ? keyOf(entry) : shown(entry)}: ${outcome.what}`,
          next: outcome.next,
        });
      else said = joined(said, outcome.says);
    }
  }
  const described = [...new Set(entries.flatMap(({ section }) => /^program:(.*)/.exec(section)?.[1] ?? []))];
  const [section, key] = format.command(on.service);
  if (!entries.some((entry) => entry.section === section))
    problems.push({ where: file, what: `there is no [${section}]`, ...others(described) });
  else if (!given.has('command') && commands === 0)
    problems.push({ where: file, what: `[${section}] has no ${key}=`, next: 'say what the service runs' });
  return { said, settled: [...settled], instead: [...instead], programs: described, problems };
};

/** A name in braces that stands for nothing: in a variable, or where no key is known, it may be part of a secret. */
const unvalued = (problem: Problem, entries: readonly Entry[], unread: readonly Problem[]): Problem => {
  const at = problem.line ?? 0;
  const entry = entries.findLast(({ line }) => line <= at);
  const known = entry !== undefined && entry.key !== '' && !ofVariables(entry) && keyOf(entry) !== 'this line';
  return known && !unread.some(({ line }) => line === at)
    ? problem
    : { ...problem, what: 'a name in braces stands for nothing' };
};

/** A line in brackets may also be a list that belongs to a value. */
const headShown = (section: string): string => (/^[A-Za-z][\w:.-]{0,80}$/.test(section) ? `[${section}]` : '[…]');

const joined = (said: Said, { unit: settings, ...rest }: Said): Said => ({
  ...said,
  ...rest,
  ...(settings === undefined ? {} : { unit: { ...said.unit, ...settings } }),
});

const headOf = (entries: readonly Entry[]): Pick<Problem, 'line'> =>
  entries[0] === undefined ? {} : { line: entries[0].line };

const isRefusal = (rules: Rules | Refusal): rules is Refusal => typeof rules['what'] === 'string';

const others = (described: readonly string[]): Pick<Problem, 'next'> =>
  described.length === 0 ? {} : { next: `name the service as its program is named: ${described.join(', ')}` };
