import type { Problem } from '#fault';
import { paceOf, tooSlow } from '#plan';
import { choose, isMap } from './choose.ts';
import { application, file as fileSchema, longestBase } from './definition/application.ts';
import { fromInputs } from './inputs.ts';
import { settingsOf } from './settings.ts';
import { servicesFromFiles } from './from-files.ts';
import type { Overrides, ReadFile, Settings, Target } from './target.ts';
import { validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

/** What a target is resolved from. */
export type Source = {
  /** The content of landfall.yml. Without it the overrides must suffice. */
  readonly text?: string | undefined;
  /** The file's name, for problems. */
  readonly file: string;
  /** The target's name; may be left out where there is only one. */
  readonly target?: string | undefined;
  readonly overrides: Overrides;
  /** Reads files of the checkout that describe services. */
  readonly files?: ReadFile;
};

const nowhere: ReadFile = (path) => `there is no file ${path}`;

/** Keys of a map in a map of maps. */
const keysWithin = (maps: unknown, name: string): readonly string[] => {
  const map = isMap(maps) ? maps[name] : undefined;
  return isMap(map) ? Object.keys(map) : [];
};

/** Keys that a service has itself, and settings of its unit: `drain`, `unit.Nice`. */
const writtenOf = (services: unknown, service: string): ReadonlySet<string> => {
  const unit = keysWithin(isMap(services) ? services[service] : undefined, 'unit');
  return new Set([...keysWithin(services, service), ...unit.map((key) => `unit.${key}`)]);
};

/**
 * What inputs and landfall.yml say together, or every problem that they have. An input beats the file; a target's key
 * beats the same key at the top. Pure, but for the files that services name. A host need not be named: {@link resolveTarget} asks for one.
 */
export const resolveSettings = (source: Source): { settings?: Settings; problems: readonly Problem[] } =>
  read(source, () => []);

/** As {@link resolveSettings}, for actions that need a host: without one, or without a path there, that is a problem too. */
export const resolveTarget = (source: Source): { target?: Target; problems: readonly Problem[] } => {
  const { settings, problems } = read(source, missing);
  const { host, path, base } = settings ?? {};
  if (settings === undefined || host === undefined || path === undefined || base === undefined) return { problems };
  return { target: { ...settings, host, path, base }, problems };
};

type Extra = (source: Source, keys: Readonly<Record<string, unknown>>) => readonly Problem[];

const read = (source: Source, extra: Extra): { settings?: Settings; problems: readonly Problem[] } => {
  const yaml = yamlSource(source.text ?? '', source.file);
  const inputs = fromInputs(source.overrides);
  if (yaml.problems.length > 0) return { problems: [...yaml.problems, ...inputs.problems] };
  const place = { where: source.file, line: yaml.line };
  const content = yaml.value ?? {};
  const whole = validate(fileSchema, content, place);
  const chosen = choose(content, source.target, place);
  const merged = application.safeParse(chosen.keys);
  const at = (key: string, ...inner: readonly string[]): Pick<Problem, 'where' | 'line'> => ({
    where: source.file,
    line: yaml.line([...chosen.path(key), ...inner]),
  });
  const found = merged.success
    ? servicesFromFiles({
        keys: merged.data,
        given: inputs.values,
        files: source.files ?? nowhere,
        written: (service) => writtenOf(chosen.keys['services'], service),
        at: (...path) => at('services', ...path),
      })
    : undefined;
  const settings =
    merged.success && found !== undefined ? settingsOf(chosen.name, merged.data, inputs.values, found) : undefined;
  const problems = [
    ...whole.problems,
    ...chosen.problems,
    ...inputs.problems,
    ...(chosen.problems.length > 0 || !isMap(content) ? [] : extra(source, chosen.keys)),
    ...(found?.problems ?? []),
    ...(settings === undefined ? [] : unfit(settings, at, inputs.values.checks !== undefined)),
  ];
  return settings === undefined || problems.length > 0 ? { problems } : { settings, problems };
};

/** What no single key can tell. */
const unfit = (
  settings: Settings,
  at: (key: string) => Pick<Problem, 'where' | 'line'>,
  checksFromInput: boolean,
): readonly Problem[] => {
  const { adopt, base, checks, manager, url } = settings;
  const slow = tooSlow(paceOf(settings.services));
  const long = base !== undefined && Buffer.byteLength(base) > longestBase;
  const homeless = url === undefined ? checks.find((check) => check.url.startsWith('/')) : undefined;
  return [
    ...(adopt === true && manager !== undefined
      ? [
          {
            ...at('manager'),
            what: 'adopt leaves services with the programs that run them: manager would move them away',
            next: 'leave manager out',
          },
        ]
      : []),
    ...(slow === undefined
      ? []
      : [{ ...at('services'), what: `services: ${slow}`, next: 'lower `drain` or `boot` of these services' }]),
    ...(long
      ? [
          {
            ...at('path'),
            what: `base would be ${base}: more than ${longestBase} bytes, and sockets lie below it`,
            next: 'set base to a shorter path',
          },
        ]
      : []),
    ...(homeless === undefined
      ? []
      : [
          {
            ...(checksFromInput ? { where: 'input checks' } : at('smoke')),
            what: `${homeless.method} ${homeless.url} is a path, but there is no url that it is below`,
            next: 'set url: https://…',
          },
        ]),
  ];
};

/** A host and a path there, in the file or as inputs. */
const missing: Extra = ({ text, file, overrides }, keys) => {
  const mend = (key: string, input: string): string =>
    text === undefined
      ? `set the input ${input}, or ${key} in ${file}`
      : `add ${key} to ${file}, or set the input ${input}`;
  const where = text === undefined ? undefined : file;
  return [
    ...(overrides.host === undefined && keys.hosts === undefined
      ? [{ where: where ?? 'input host', what: 'no host is named', next: mend('hosts: { ssh: user@host }', 'host') }]
      : []),
    ...(overrides.path === undefined && keys.path === undefined
      ? [{ where: where ?? 'input path', what: 'no path on the host is named', next: mend('path: /srv/app', 'path') }]
      : []),
  ];
};
