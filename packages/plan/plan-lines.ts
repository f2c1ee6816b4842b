import type { Note, Plan, Step, Undo } from './types.ts';
import { renderDuration } from './duration.ts';
import { plain } from './markdown.ts';

/** A plan for the log and for a dry run: what will happen, in which order, and how it is taken back. */
export const renderPlan = (plan: Plan): string[] => [
  `Plan: ${plan.action} to ${plan.target}`,
  fact('host', plan.host),
  fact('release', plan.release),
  fact('live', plan.live ?? 'nothing serves yet'),
  fact('path', paths[plan.path]),
  fact('undo', undoText(plan.undo)),
  ...steps(plan.waves),
  ...notes('Detected', plan.notes, 'detected'),
  ...notes('To know', plan.notes, 'info'),
  ...notes('Warnings', plan.notes, 'warning'),
];

const paths: Record<Plan['path'], string> = {
  online: 'online: the running release serves until the switch',
  unchanged: 'unchanged: this very release serves already',
};

const undoText = (undo: Undo): string =>
  undo.kind === 'code'
    ? `back to ${undo.to}`
    : 'a first deploy: its services are stopped and removed; there is nothing to go back to';

const fact = (name: string, value: string): string => `  ${name.padEnd(8)} ${oneLine(value)}`;

const steps = (waves: Plan['waves']): string[] => {
  const full = waves.filter((wave) => wave.length > 0);
  if (full.length === 0) return ['Steps: none'];
  return [
    'Steps',
    ...full.flatMap((wave, at) =>
      wave.map((step, within) => {
        // Steps of one wave run side by side: 2a, 2b.
        const number = `${at + 1}${wave.length > 1 ? String.fromCharCode(97 + (within % 26)) : ''}.`;
        return `  ${number.padEnd(4)} ${oneLine(step.says)}${hints(step)}`;
      }),
    ),
  ];
};

const hints = (step: Step): string => {
  const { bytes, seconds } = step.needs ?? {};
  const all = [
    step.on === 'runner' ? 'runner' : '',
    step.exclusive ? 'exclusive' : '',
    step.interrupt === 'finish' ? 'detached' : '',
    bytes === undefined ? '' : `needs ${renderBytes(bytes)}`,
    seconds === undefined ? '' : `about ${renderDuration(seconds * 1000)}`,
  ];
  return all
    .filter((hint) => hint !== '')
    .map((hint) => ` [${hint}]`)
    .join('');
};

const notes = (title: string, all: readonly Note[], kind: Note['kind']): string[] => {
  const chosen = all.filter((note) => note.kind === kind);
  return chosen.length === 0 ? [] : [title, ...chosen.map((note) => `  - ${oneLine(note.text)}`)];
};

/** Bytes as people read them: `512 B`, `3.4 MB`. Decimal units. */
export const renderBytes = (bytes: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Math.round((bytes / 1000 ** step) * 10) / 10} ${units[step] ?? 'B'}`;
};

const oneLine = (text: string): string => plain(text).replace(/\s*\n\s*/g, ' ');
