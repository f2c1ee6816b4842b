import { z } from 'zod';
import { shorten } from '#plan';
import { toolName } from './read/results.ts';
import type { SarifRun } from './read/results.ts';

/** GitHub cuts what is longer: docs.github.com, "SARIF support for code scanning". */
const longest = 1024;

const line = z.int().min(1);
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);
const short = z.string().transform((text) => shorten(text, longest));
const message = z.object({ text: z.string(), markdown: lenient(z.string()) });

/** What is taken over of a rule, if it has the form that SARIF 2.1.0 wants (3.49). */
const rule = z.object({
  id: z.string().min(1),
  name: lenient(z.string()),
  shortDescription: lenient(z.object({ text: short })),
  fullDescription: lenient(z.object({ text: short })),
  help: lenient(message),
  helpUri: lenient(z.url({ protocol: /^https?$/ })),
  properties: lenient(
    z.object({
      tags: lenient(z.array(z.string()).transform((tags) => [...new Set(tags)].slice(0, 20))),
      precision: lenient(z.string()),
      'problem.severity': lenient(z.string()),
      'security-severity': lenient(z.string()),
    }),
  ),
});

/** What is taken over of a result (3.27): where in the line it is, and how it is known again. */
const result = z.object({
  ruleId: z.string(),
  partialFingerprints: lenient(z.record(z.string(), z.string())),
  locations: z.tuple(
    [
      z.object({
        physicalLocation: z.object({
          artifactLocation: z.object({ uri: z.string() }),
          region: z.object({
            startLine: line,
            endLine: lenient(line),
            startColumn: lenient(line),
            endColumn: lenient(line),
          }),
        }),
      }),
    ],
    z.unknown(),
  ),
});

export type SarifRule = z.output<typeof rule>;
type Region = z.output<typeof result>['locations'][0]['physicalLocation']['region'];

/** Where a result is within its lines, and the fingerprints that its tool gave it. */
export type Detail = {
  readonly uri: string;
  readonly region: Region;
  readonly fingerprints: Readonly<Record<string, string>>;
};

const component = z.object({
  name: z.string().catch(''),
  semanticVersion: lenient(z.string()),
  version: lenient(z.string()),
  informationUri: lenient(z.url({ protocol: /^https?$/ })),
  rules: z.array(z.unknown()).catch([]),
});
const run = z.object({
  tool: z.object({ driver: component, extensions: z.array(component).catch([]) }),
  results: z.array(z.unknown()).catch([]),
});

/** What a SARIF file says more than findings hold. Whatever has not the form that it should have is left out. */
export type SarifParts = {
  /** As findings name it. */
  readonly tool: string;
  readonly driver: Omit<z.output<typeof component>, 'rules'>;
  readonly rules: ReadonlyMap<string, SarifRule>;
  /** By {@link detailKey}. */
  readonly details: ReadonlyMap<string, readonly Detail[]>;
};

export const detailKey = (ruleId: string, startLine: number): string => `${startLine} ${ruleId}`;

const parsed = <T extends z.ZodType>(schema: T, values: readonly unknown[]): readonly z.output<T>[] =>
  values.flatMap((value) => {
    const read = schema.safeParse(value);
    return read.success ? [read.data] : [];
  });

/** The usable parts of a run of a SARIF file; undefined: not even its tool can be told. */
export const sarifParts = (given: SarifRun): SarifParts | undefined => {
  const read = run.safeParse(given);
  if (!read.success) return undefined;
  const { driver, extensions } = read.data.tool;
  const { rules, ...rest } = driver;
  const all = parsed(rule, [...rules, ...extensions.flatMap((extension) => extension.rules)]);
  const details = parsed(result, read.data.results).map(({ ruleId, partialFingerprints, locations: [first] }) => {
    const { artifactLocation, region } = first.physicalLocation;
    const detail: Detail = { uri: decoded(artifactLocation.uri), region, fingerprints: partialFingerprints ?? {} };
    return { key: detailKey(ruleId, region.startLine), detail };
  });
  const byKey = new Map<string, Detail[]>();
  for (const { key, detail } of details) byKey.set(key, [...(byKey.get(key) ?? []), detail]);
  return { tool: toolName(driver.name), driver: rest, rules: new Map(all.map((one) => [one.id, one])), details: byKey };
};

const decoded = (uri: string): string => {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
};
