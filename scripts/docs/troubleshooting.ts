/** docs/troubleshooting.md: every fault code, with what it means, where it comes from and what to do. */
import { codes } from '#fault';
import type { FaultCode } from '#fault';
import { outcomeOf } from '#plan';
import { advice } from '../../packages/fault/advice.ts';
import { cell, table } from './markdown.ts';

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;

const section = (code: FaultCode): readonly string[] => [
  `## ${code}`,
  '',
  sentence(codes[code]),
  '',
  `- **Where it comes from:** ${advice[code].from}`,
  `- **What to do:** ${advice[code].next}`,
  '',
];

export const troubleshooting = (): string => {
  const all = Object.keys(codes) as FaultCode[];
  return [
    '# Troubleshooting',
    '',
    'Made from the codes themselves (`packages/fault`) by `npm run docs`.',
    '',
    'A run that fails names a code: in the annotation, in the log, as the first heading of the summary, and in the file of the output `report`. Beside it stand',
    'what happened, on which host, in which step, the last lines that were said there, and what to do next. That is more exact than this page; here is what each',
    'code means, and where to look when the line is not enough.',
    '',
    'The output `result` says what is left behind:',
    '',
    ...table(
      ['`result`', 'what serves'],
      [
        ['`refused`', 'what served before; nothing was begun, or what was begun belongs to another run'],
        [
          '`failed`',
          'what served before. Where the run was cancelled, or the host lost, after a switch, the post step or the host itself takes the release back',
        ],
        ['`undone`', 'what served before, in every process, proven'],
        ['`held`', 'see `status` on the host: the undo failed too, or what is back does not pass its checks any more'],
      ],
    ),
    '',
    'On the host, `sh <base>/.landfall/status` says the same at any time, without GitHub ([on a host](on-a-host.md)); `<base>` is `<path>-landfall` unless set.',
    '',
    'Each code, and how an action ends that meets it; where a release is taken back because of it, that is `undone` instead.',
    '',
    ...table(
      ['code', 'meaning', 'ends as'],
      all.map((code) => [`[${code}](#${code.toLowerCase()})`, cell(codes[code]), `\`${outcomeOf({ code })}\``]),
    ),
    '',
    ...all.flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
