import type { Problem } from '#fault';
import { fillNames, nearest } from '#plan';
import type { Entry, Reader } from './entry.ts';
import { programRules } from './program-rules.ts';
import { inProgramComment, readPrograms } from './program-text.ts';
import { shown } from './rule.ts';
import type { Grounds, Refusal, Rule, Said } from './rule.ts';
import { beyondUnit, unitRules } from './unit-rules.ts';
import { inUnitComment, readUnit } from './unit-text.ts';

/** What a file says of one service. */
export type Reading = {
  readonly said: Said;
  /** Keys that say nothing which Landfall does not settle itself. */
  readonly settled: readonly string[];
  /** Programs that it describes. */
  readonly programs: readonly string[];
  readonly problems: readonly Problem[];
};

type Format = {
  readonly read: Reader;
  readonly commented: RegExp;
  /** What keys of a section mean; undefined: it says nothing of this service. */
  readonly rules: (section: string, service: string) => Readonly<Record<string, Rule>> | Refusal | undefined;
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

const empty = { said: {}, settled: [], programs: [] };

/** The lines that count, of those with one key: an empty one takes all before it back, and of most the last one holds. */
const counting = (entries: readonly Entry[], rule: Rule | undefined): readonly Entry[] => {
  const rest = entries.slice(entries.findLastIndex(({ value }) => value === '') + 1);
  return rule === undefined || rule.list === true ? rest : rest.slice(-1);
};

/**
 * What a unit of systemd or a file of supervisor's says of a service, as keys of landfall.yml, or every problem with it. Nothing of it
 * is passed over: a line is taken, or settled by Landfall itself, or refused. Pure.
 * @param given keys that landfall.yml has itself: lines that say these are not looked at
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
    return { ...empty, problems: [{ where: file, what }] };
  }
  const { text, problems: unnamed } = fillNames(file, content, values, format.commented);
  const { entries, problems: unread } = format.read(file, text);
  const problems = [...unnamed, ...unread];
  const settled: string[] = [];
  let said: Said = {};
  const refuse = (entry: Entry, { what, next }: Refusal): void => {
    problems.push({ where: file, line: entry.line, what: `${shown(entry)}: ${what}`, next });
  };
  const hear = (entry: Entry, rule: Rule): void => {
    if (rule.gives !== undefined && given.has(rule.gives)) return;
    const outcome = rule.read(entry, on);
    if ('settled' in outcome) settled.push(entry.key);
    else if ('what' in outcome) refuse(entry, outcome);
    else {
      const { unit: settings, ...rest } = outcome.says;
      said = { ...said, ...rest, ...(settings === undefined ? {} : { unit: { ...said.unit, ...settings } }) };
    }
  };
  for (const section of new Set(entries.map((entry) => entry.section))) {
    const own = entries.filter((entry) => entry.section === section);
    const [head] = own;
    const rules = format.rules(section, on.service);
    if (rules === undefined || head === undefined) continue;
    if (isRefusal(rules)) {
      problems.push({ where: file, line: head.line, what: `[${section}]: ${rules.what}`, next: rules.next });
      continue;
    }
    for (const key of new Set(own.flatMap((entry) => (entry.key === '' ? [] : [entry.key])))) {
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      const [entry, ...more] = counting(
        own.filter((one) => one.key === key),
        rule,
      );
      if (entry === undefined) continue;
      const near = nearest(key, Object.keys(rules));
      for (const one of [entry, ...more]) {
        if (rule === undefined)
          refuse(one, {
            what: 'Landfall knows nothing like it',
            next: near === undefined ? format.beyond : `did you mean ${near}? Else ${format.beyond}`,
          });
        else if (rule.gives === 'command' && one !== entry)
          refuse(one, { what: 'is a second command', next: 'a service is one program: describe each as its own' });
        else hear(one, rule);
      }
    }
  }
  const described = [...new Set(entries.flatMap(({ section }) => /^program:(.*)/.exec(section)?.[1] ?? []))];
  const [section, key] = format.command(on.service);
  const lost = entries.some((entry) => entry.section === section);
  if (!lost) problems.push({ where: file, what: `there is no [${section}]`, ...others(section, described) });
  else if (!given.has('command') && !entries.some((entry) => entry.key === key && entry.section === section))
    problems.push({ where: file, what: `[${section}] has no ${key}=`, next: 'say what the service runs' });
  return { said, settled: [...new Set(settled)], programs: described, problems };
};

const isRefusal = (rules: Readonly<Record<string, Rule>> | Refusal): rules is Refusal =>
  typeof rules['what'] === 'string';

const others = (section: string, described: readonly string[]): Pick<Problem, 'next'> =>
  section === 'Service' || described.length === 0
    ? {}
    : { next: `name the service as its program is named: ${described.join(', ')}` };
