/** docs/what-runs-on-your-server.md: each program for hosts, as its own header describes it. */
import { basename } from 'node:path';
import type { FaultCode } from '#fault';
import { renderDuration } from '#plan';
import { exitCodes, programs } from '#remote';
import { firstSentence, headerOf } from './header.ts';
import type { Header } from './header.ts';
import { cell, table } from './markdown.ts';

type Told = { readonly name: string; readonly header: Header };

const base = '/srv/app-landfall';

/** Where a resident program lies, by its own word: `lies on the host as <base>/…`. */
const place = ({ usages }: Header): string | undefined =>
  /lies on the host as <base>(\/[\w./-]+)/.exec(usages[0]?.says ?? '')?.[1];

/** Header text as markdown: what would be a tag is shown. */
const shown = (text: string): string =>
  text
    .split(/(`[^`]+`)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('*', String.raw`\*`)))
    .join('');

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
const fault = (code: FaultCode): string => `[${code}](troubleshooting.md#${code.toLowerCase()})`;
const names = (list: readonly Told[]): string => list.map(({ name }) => `[${name}](#${name})`).join(', ');

/** How the table of programs has it run. */
const run = (name: string): readonly string[] => {
  if (!Object.hasOwn(programs, name)) return [];
  const { interrupt, limitMs, fault: code } = programs[name as keyof typeof programs];
  const limit = renderDuration(limitMs);
  return [
    interrupt === 'finish'
      ? `- **A lost connection** does not end it: it runs detached, for at most ${limit}.`
      : `- **A lost connection** ends it, and so does a cancelled run; else it may take ${limit}.`,
    `- **Exit code 1** is shown as ${fault(code)}.`,
  ];
};

const section = ({ name, header }: Told): readonly string[] => {
  const { usages, prose, reads, changes, prints, exits } = header;
  return [
    `### ${name}`,
    '',
    ...usages.flatMap(({ call, says }) => [`\`${call}\`: ${shown(says)}`, '']),
    ...(prose === '' ? [] : [shown(prose), '']),
    ...(reads === '' ? [] : [`- **Reads** ${shown(reads)}`]),
    `- **Changes** ${shown(changes)}`,
    `- **Prints** ${shown(prints)}`,
    `- **Exit codes:** ${shown(exits)}`,
    ...run(name),
    '',
  ];
};

const part = (title: string, lines: readonly string[], list: readonly Told[]): readonly string[] => [
  `## ${title}`,
  '',
  ...lines,
  '',
  ...list.flatMap(section),
];

/** The page, from every program in packages/remote: file and text. Throws where a header lacks something. */
export const onServer = (texts: readonly (readonly [file: string, text: string])[]): string => {
  const all = texts.map(([file, text]) => ({ name: basename(file, '.sh'), text, header: headerOf(file, text) }));
  const told = all.flatMap(({ name, header }) => (header === undefined ? [] : [{ name, header }]));
  const order = ['undo', 'status', 'start'];
  const resident = told
    .filter(({ header }) => place(header) !== undefined)
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const listed = Object.keys(programs);
  const sent = listed.flatMap((name) => told.filter((one) => one.name === name));
  const others = told.filter((one) => !resident.includes(one) && !sent.includes(one));
  const missing = listed.filter((name) => !sent.some((one) => one.name === name));
  if (missing.length > 0) throw new Error(`packages/remote: no header for ${missing.join(', ')}`);
  const shared = all.flatMap(({ name, text, header }) =>
    header === undefined ? [[name, firstSentence(text)] as const] : [],
  );
  return [
    '# What runs on your server',
    '',
    'Made from the headers of the programs themselves (`packages/remote`) by `npm run docs`.',
    '',
    'There is no agent. All that Landfall does on a host is done by short programs of plain sh, as the deploy user, and here is each of them: how it is called, what',
    'it changes, what it prints, and how it ends. `BASE` is `<path>-landfall` unless `base` is set, here `/srv/app-landfall`; `.landfall` is the folder of that name in it.',
    '',
    'One program is another matter: where services are units of the system, what only root can do is done by a program that a person has installed there. It is no part of',
    'what is sent, and stands in the [setup script](setup.md#units-of-the-system).',
    '',
    '## How to read them',
    '',
    `Some lie on the host from the first transaction on: ${names(resident)}. They are whole: each begins with the functions that it needs, then comes its own header.`,
    '',
    '```console',
    `$ ls ${resident.map(({ header }) => `${base}${place(header) ?? ''}`).join(' ')}`,
    ...resident.map(({ header }) => `${base}${place(header) ?? ''}`).toSorted(),
    `$ grep '^# undo ' ${base}/.landfall/undo`,
    ...(all.find(({ name }) => name === 'undo')?.text ?? '').split('\n').filter((line) => line.startsWith('# undo ')),
    '```',
    '',
    'The others come over the connection each time, run once and leave no file: read them in `packages/remote`, at the version that your workflow names. What a lost',
    'connection must not cut is put into a file first, below `.landfall/steps/<driver>/`: its text for as long as it runs, and what it printed (`.out`, `.err`) and its',
    'exit code (`.rc`) for a week. Which program has the lock, or had it last, is in `.landfall/running`: process, whether it may be cut, name.',
    '',
    'An argument is never part of the text that is run, and a secret is never an argument: `.env` comes on stdin, and is written 0600.',
    '',
    '## Exit codes',
    '',
    'The same for all of them. 0 is success, 1 a failure of its own.',
    '',
    ...table(
      ['code', 'meaning', 'shown as'],
      Object.entries(exitCodes).map(([code, { fault: as, what }]) => [code, cell(what), fault(as)]),
    ),
    '',
    ...part('Programs that lie on the host', ['For its watchdog, its process manager and a person.'], resident),
    ...part(
      'Programs that are sent',
      ['First those that read or change the transaction and what serves, then those that prepare a release beside it.'],
      sent,
    ),
    ...part(
      'What starts and ends them',
      ['Sent with the others: they start the detached ones and end what hangs.'],
      others,
    ),
    '## What they begin with',
    '',
    'Functions that several programs share: their text is put in front of the program, and on the host is part of it.',
    '',
    ...table(
      ['text', ''],
      shared.map(([name, says]) => [`\`packages/remote/${name}.sh\``, cell(shown(sentence(says)))]),
    ),
    '',
  ].join('\n');
};
