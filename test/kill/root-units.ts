import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher } from './adoption.ts';
import { makeUnitFolder } from './host.ts';
import { idle, makeRelease, type Service, type Target } from './target.ts';

/** Where the system's units are on a host of a test. */
export const unitFolder = ({ home = '' }: Target): string => join(home, '.config/systemd/system');

/** Units as root writes them for services: they go through `path` when they start, whatever is there. */
export const writeUnits = (target: Target, names: readonly string[]): void => {
  const { base, path } = target;
  makeUnitFolder(target.home ?? '');
  mkdirSync(join(base, 'shared/logs'), { recursive: true });
  for (const name of names)
    writeFileSync(
      join(unitFolder(target), `${name}.service`),
      `# kept in ${base}/.landfall/run/stand-in\n[Service]\nExecStart=/bin/sh ${path}/run/start ${name}\nStandardOutput=append:${base}/shared/logs/${name}.log\n`,
    );
};

export const removeUnit = (target: Target, name: string): void => {
  rmSync(join(unitFolder(target), `${name}.service`));
};

/** A prepared release that such units, or any other manager, can run. */
export const makeRunnable = (
  target: Target,
  id: string,
  services: Readonly<Record<string, Partial<Service>>>,
): void => {
  makeRelease(
    target,
    id,
    Object.fromEntries(Object.entries(services).map(([name, one]) => [name, { ...idle, ...one }])),
  );
  mkdirSync(join(target.base, 'releases', id, 'run'));
  writeFileSync(join(target.base, 'releases', id, 'run/start'), launcher(target.path));
};
