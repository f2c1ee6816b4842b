import type { Target } from '#config';
import type { Note } from '#plan';

/** What was taken from the files that describe services, and what of them Landfall settles itself. */
export const fileNotes = ({ serviceFiles }: Pick<Target, 'serviceFiles'>): readonly Note[] =>
  serviceFiles.flatMap(({ service, file, says, settled, left }): Note[] => [
    {
      kind: 'detected',
      text: `${service} is as ${file} says: ${says.join(', ')}${settled.length === 0 ? '' : `; Landfall itself settles ${settled.join(', ')}`}`,
    },
    ...left.map((program): Note => ({
      kind: 'warning',
      text: `${file} describes the program ${program}, which is none of the services: nothing runs it`,
    })),
  ]);
