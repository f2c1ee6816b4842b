import type { z } from 'zod';
import type { Problem } from '#fault';
import { check } from './definition/check.ts';
import { checkList } from './definition/check-list.ts';
import type { Check } from './definition/check.ts';
import { sshAddress } from './definition/hosts.ts';
import type { HostAddress } from './definition/hosts.ts';
import { hostPath, webAddress } from './definition/values.ts';
import type { Overrides } from './target.ts';
import { validate } from './validate.ts';
import type { Place } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

/** What inputs say, validated. */
export type Given = {
  readonly host?: HostAddress;
  readonly hostKey?: string;
  readonly path?: string;
  readonly url?: string;
  readonly checks?: readonly Check[];
  readonly confirmWithin?: number;
  readonly evidence?: 'required' | 'optional';
};

/** Inputs that stand for keys of landfall.yml, by the same rules as those. */
export const fromInputs = (overrides: Overrides): { values: Given; problems: readonly Problem[] } => {
  const host = one(sshAddress, overrides.host, 'input host');
  const path = one(hostPath, overrides.path, 'input path');
  const url = one(webAddress, overrides.url, 'input url');
  const list = checksOf(overrides.checks);
  return {
    values: {
      ...(host.value === undefined ? {} : { host: host.value }),
      ...(overrides.hostKey === undefined ? {} : { hostKey: overrides.hostKey }),
      ...(path.value === undefined ? {} : { path: path.value }),
      ...(url.value === undefined ? {} : { url: url.value }),
      ...(list.value === undefined ? {} : { checks: list.value }),
      ...(overrides.evidence === undefined ? {} : { evidence: overrides.evidence }),
      ...(overrides.confirmWithin === undefined ? {} : { confirmWithin: overrides.confirmWithin }),
    },
    problems: [...host.problems, ...path.problems, ...url.problems, ...list.problems],
  };
};

const one = <T extends z.ZodType>(schema: T, text: string | undefined, where: string) =>
  text === undefined ? { problems: [] } : validate(schema, text, { where });

const checksOf = (text: string | undefined): { value?: readonly Check[]; problems: readonly Problem[] } => {
  if (text === undefined) return { problems: [] };
  const where = 'input checks';
  const yaml = yamlSource(text, where);
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const place = { where, line: yaml.line };
  return Array.isArray(yaml.value) ? validate(checkList, yaml.value, place) : single(yaml.value, place);
};

/** One check alone, by its own rules and then by those of a list. */
const single = (value: unknown, place: Place) => {
  const alone = validate(check, value, place);
  return alone.value === undefined
    ? { problems: alone.problems }
    : validate(checkList, [value], { where: place.where });
};
