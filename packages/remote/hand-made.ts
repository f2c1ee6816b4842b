import type { HandMade, SupervisedProgram, WorkingProcess } from '#plan';
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

/** `PROGRAM STATE PID CONF`; a path may hold blanks. */
const programOf = (line: string): SupervisedProgram => {
  const [program = '', state = '', pid = '0', ...conf] = line.split(' ');
  return { program, state, pid: Number(pid), conf: conf.join(' ') };
};

const json = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** What hand-made.sh printed, typed. */
export const handMadeOf = (stdout: Buffer): HandMade => {
  const lines = lists(stdout);
  const one = new Map(lines);
  const all = (key: string): readonly string[] => lines.flatMap(([k, value]) => (k === key ? [value] : []));
  const [owner = '', parent = ''] = one.get('right')?.split(' ') ?? [];
  const hash = one.get('env');
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
    processes: all('process').map(processOf),
    supervisors: all('supervisor').map((line) => {
      const [user = '', ...conf] = line.split(' ');
      return { user, conf: conf.join(' ') };
    }),
    programs: all('program').map(programOf),
    application: json(one.get('application')),
  };
};
