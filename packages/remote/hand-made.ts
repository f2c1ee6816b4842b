import type { AdoptedPrograms, FoundUnits, HandMade, KeptProgram, SystemUnit, WorkingProcess } from '#plan';
import { lists } from './program.ts';

/** `PID MAIN UNIT COMMAND…`; the command may hold anything. */
const processOf = (line: string): WorkingProcess => {
  const [pid = '0', main = '0', unit = '-', ...command] = line.split(' ');
  return {
    pid: Number(pid),
    main: Number(main),
    unit: unit === '-' ? undefined : unit,
    command: command.join(' ').trim(),
  };
};

const keeperOf = (word: string | undefined): KeptProgram['keeper'] =>
  word === 'root' || word === 'units' ? word : 'supervisor';

/** `KEEPER PROGRAM STATE PID CONF`; a path may hold blanks. */
const programOf = (line: string): KeptProgram => {
  const [keeper = '', program = '', state = '', pid = '0', ...conf] = line.split(' ');
  return { keeper: keeperOf(keeper), program, state, pid: Number(pid), conf: conf.join(' ') };
};

/** `UNIT KEY=VALUE` lines; systemd has a line for each of several commands. */
const unitsOf = (lines: readonly string[]): readonly SystemUnit[] =>
  [...Map.groupBy(lines, (line) => line.slice(0, line.indexOf(' ')))].map(([name, its]) => {
    const is = new Map<string, string>();
    for (const line of its) {
      const pair = line.slice(name.length + 1);
      const at = pair.indexOf('=');
      const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
      is.set(key, is.has(key) ? `${is.get(key) ?? ''}\n${value}` : value);
    }
    return { name, is };
  });

const mainOf = ({ is }: SystemUnit): number => Number(is.get('MainPID') ?? 0);

/** A unit as what it keeps running. */
const programOfUnit = (unit: SystemUnit): KeptProgram => ({
  keeper: 'units',
  conf: '',
  program: unit.name.replace(/\.service$/, ''),
  state: unit.is.get('ActiveState') ?? '',
  pid: mainOf(unit),
});

const json = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** What units.sh printed, typed; hand-made.sh and their-programs.sh print the same of units. */
export const unitsFoundOf = (stdout: Buffer): FoundUnits => {
  const lines = lists(stdout);
  const all = (key: string): readonly string[] => lines.flatMap(([k, value]) => (k === key ? [value] : []));
  return { units: unitsOf(all('unit')), barred: all('barred'), sudo: new Map(lines).get('sudo') !== '' };
};

/** What hand-made.sh printed, typed. */
export const handMadeOf = (stdout: Buffer): HandMade => {
  const lines = lists(stdout);
  const one = new Map(lines);
  const all = (key: string): readonly string[] => lines.flatMap(([k, value]) => (k === key ? [value] : []));
  const [owner = '', parent = ''] = one.get('right')?.split(' ') ?? [];
  const hash = one.get('env');
  const { units, barred, sudo } = unitsFoundOf(stdout);
  const main = new Map(units.map((unit) => [unit.name, mainOf(unit)]));
  return {
    commit: one.get('commit'),
    gitError: one.get('git.error') ?? '',
    dirty: all('dirty'),
    left: all('left'),
    env: hash === undefined ? undefined : { hash, names: (one.get('env.names') ?? '').split(' ').filter(Boolean) },
    venvs: all('venv'),
    owners: one.has('right') ? { path: owner, parent } : undefined,
    apart: one.get('apart'),
    mounts: all('mount'),
    taken: all('taken'),
    processes: all('process')
      .map(processOf)
      .map((one) => (one.main === 0 ? { ...one, main: main.get(one.unit ?? '') ?? 0 } : one)),
    supervisors: all('supervisor').map((line) => {
      const [user = '', ...conf] = line.split(' ');
      return { user, conf: conf.join(' ') };
    }),
    programs: [...all('program').map(programOf), ...units.map(programOfUnit)],
    units,
    unseen: all('unseen').map((line) => {
      const [unit = '', group = ''] = line.split(' ');
      return { unit, group };
    }),
    barred,
    sudo,
    application: json(one.get('application')),
  };
};

/** What their-programs.sh printed, typed. */
export const theirProgramsOf = (stdout: Buffer): AdoptedPrograms => {
  const lines = lists(stdout);
  const one = new Map(lines);
  return {
    keeper: keeperOf(one.get('keeper')),
    conf: one.get('conf') ?? '',
    absent: lines.flatMap(([key, value]) => (key === 'absent' ? [value] : [])),
    ...unitsFoundOf(stdout),
  };
};
