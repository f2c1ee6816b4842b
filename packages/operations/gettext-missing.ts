import type { Target } from '#config';
import type { Problem } from '#fault';
import type { Found } from '#plan';

/** What a host lacks to compile these .po files. */
export const gettextMissing = (
  { programs }: Pick<Found, 'programs'>,
  { host }: Pick<Target, 'host'>,
  [first, ...more]: readonly string[],
): readonly Problem[] => {
  if (first === undefined || programs.get('msgfmt') !== '') return [];
  const all = more.length === 0 ? first : `${first} and ${more.length} more`;
  return [
    {
      where: `host ${host.name}`,
      what: `missing program: msgfmt, by which translations are compiled (${all})`,
      next: 'sudo apt-get install -y gettext',
    },
  ];
};
