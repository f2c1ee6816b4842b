import type { Problem } from '#fault';
import { commandLine, renderDuration } from '#plan';
import type { Application } from './definition/application.ts';
import { serviceRules } from './definition/services.ts';
import { unit as unitKey } from './definition/unit.ts';
import type { Given } from './inputs.ts';
import { placeOf } from './place.ts';
import { readService } from './service-file/read-service.ts';
import type { Grounds, Said } from './service-file/rule.ts';
import type { ReadFile, ServiceFile } from './target.ts';

type Written = Application['services'][string];

/** A service whose command is known. */
export type Whole = Written & { readonly command: readonly string[] };

export type Found = {
  readonly services: Readonly<Record<string, Whole>>;
  readonly files: readonly ServiceFile[];
  readonly problems: readonly Problem[];
};

type From = {
  readonly keys: Application;
  readonly given: Given;
  readonly files: ReadFile;
  /** Keys of a service, and settings as `unit.Nice`, that landfall.yml has itself, and where they, or their service, stand there. */
  readonly written: (service: string) => ReadonlySet<string>;
  readonly at: (...path: readonly string[]) => Pick<Problem, 'where' | 'line'>;
};

/** No file of services is larger, in bytes. */
const largest = 64 * 1024;

/** What a file says of how it runs, in few words. */
const inWords = ({ command, drain, boot }: Said): readonly string[] => [
  ...(command === undefined ? [] : [commandLine(command)]),
  ...(drain === undefined ? [] : [`drain ${renderDuration(drain)}`]),
  ...(boot === undefined ? [] : [`boot ${renderDuration(boot)}`]),
];

/** The services with what their files say of them. Those that cannot be known, because something else is wrong, are left out. */
export const servicesFromFiles = ({ keys, given, files, written, at }: From): Found => {
  const { host, path, base } = placeOf(keys, given);
  const services: Record<string, Whole> = {};
  const described: ServiceFile[] = [];
  const problems: Problem[] = [];
  const names = Object.keys(keys.services);
  // services whose command is that of a file
  const units = new Map<string, string>();
  for (const [service, own] of Object.entries(keys.services)) {
    const { file, command } = own;
    if (file === undefined) {
      if (command !== undefined) services[service] = { ...own, command };
      continue;
    }
    // without a place nothing is deployed, and nobody asks for services
    if (host === undefined || path === undefined || base === undefined) continue;
    const content = files(file);
    if (typeof content === 'string') {
      const next = 'Commit it, and run actions/checkout before.';
      problems.push({ ...at(service, 'file'), what: `services.${service}.file: ${content}`, next });
      continue;
    }
    if (content.length > largest) {
      problems.push({ where: file, what: 'is larger than 64 KiB', next: 'name a file that only describes services' });
      continue;
    }
    const first = command === undefined && file.endsWith('.service') ? units.get(file) : undefined;
    if (first !== undefined) {
      const what = `services.${service}.file: ${file} is that of ${first} already`;
      problems.push({ ...at(service, 'file'), what, next: 'a unit is one service: add `command`, or name another' });
      continue;
    }
    if (command === undefined) units.set(file, service);
    const current = `${base}/current`;
    const shared = `${base}/shared`;
    const on: Grounds = {
      service,
      user: host.user,
      roots: [path, current],
      shared,
      directory: keys.directory,
      environments: [...new Set([keys.python.venv, '.venv', 'venv', 'env', 'virtualenv'])],
      required: keys.env.require,
    };
    const [domain] = keys.nginx?.domains ?? [];
    const domains = domain === undefined ? {} : { domain, domains: keys.nginx?.domains.join(' ') ?? '' };
    const beside = written(service);
    const text = Buffer.from(content).toString('utf8');
    const read = readService(file, text, { ...domains, current, shared }, on, beside);
    problems.push(...read.problems);
    const { said } = read;
    const words = command ?? said.command;
    if (read.problems.length > 0 || words === undefined) continue;
    // of what landfall.yml has itself, nothing is said
    const { drain = own.drain, boot = own.boot, unit = {} } = said;
    const limits = unitKey.parse(unit);
    const whole: Whole = {
      ...own,
      command: words,
      drain,
      boot,
      unit: [...limits, ...(own.unit ?? [])],
    };
    for (const { path: key, broken, error } of serviceRules)
      if (broken(whole))
        problems.push({ ...at(service, ...key), what: `services.${service}.${key.join('.')}: ${error}` });
    services[service] = whole;
    const left = described.some((one) => one.file === file) ? [] : read.programs.filter((one) => !names.includes(one));
    described.push({ service, file, says: inWords(said), limits, settled: read.settled, instead: read.instead, left });
  }
  return { services, files: described, problems: distinct(problems) };
};

/** Services that share a file share what is wrong with it. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((one) => [JSON.stringify(one), one])).values(),
];
