import type { ServiceFile, Target } from '#config';
import type { Manager, Note } from '#plan';
import { withoutLimits } from './manager-unfit.ts';

type Told = readonly (Note | undefined)[];

const kept: Partial<Record<Manager, string>> = { units: 'its unit', adopted: 'its own unit or program' };

/** What was taken from the files that describe services, what of them Landfall settles itself, and what holds nowhere under this manager. */
export const fileNotes = ({ serviceFiles }: Pick<Target, 'serviceFiles'>, manager: Manager): readonly Note[] =>
  serviceFiles
    .flatMap((one): Told => [
      ...(kept[manager] === undefined ? taken(one, manager) : [purpose(one, kept[manager])]),
      idle(one, manager),
    ])
    .filter((note) => note !== undefined);

const purpose = ({ service, file }: ServiceFile, own: string): Note => ({
  kind: 'detected',
  text: `${file} tells what ${service} is for; how it runs ${own} says`,
});

const taken = ({ service, file, says, limits, settled, instead, left }: ServiceFile, manager: Manager): Told => {
  const all = [...says, ...(withoutLimits(manager) === undefined ? limits : [])];
  const parts = [
    `${service} is as ${all.length === 0 ? 'landfall.yml' : file} says${all.length === 0 ? '' : `: ${all.join(', ')}`}`,
    ...(instead.length === 0 ? [] : [`landfall.yml says ${instead.join(', ')} in place of ${file}`]),
    ...(settled.length === 0 ? [] : [`Landfall itself settles ${settled.join(', ')}`]),
  ];
  return [
    { kind: 'detected', text: parts.join('; ') },
    ...left.map((program): Note => ({
      kind: 'warning',
      text: `${file} describes the program ${program}, which is none of the services: nothing runs it`,
    })),
  ];
};

const idle = ({ service, file, limits }: ServiceFile, manager: Manager): Note | undefined => {
  const kind = withoutLimits(manager);
  const keys = limits.map((line) => line.split('=', 1)[0]);
  if (kind === undefined || keys.length === 0) return undefined;
  const holds = keys.length === 1 ? 'holds' : 'hold';
  return {
    kind: 'warning',
    text: `${keys.join(', ')} of ${file} ${holds} nowhere here: services, as ${service}, are ${kind}`,
  };
};
