import { z } from 'zod';

// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; only what is read of it, and nothing required that is not needed
const message = z.object({
  text: z.string().nullish(),
  markdown: z.string().nullish(),
  id: z.string().nullish(),
  arguments: z.array(z.string()).nullish(),
});

const properties = z
  .object({ 'security-severity': z.union([z.string(), z.number()]).nullish(), tags: z.array(z.unknown()).nullish() })
  .nullish();

export const level = z.enum(['error', 'warning', 'note', 'none']);
export type Level = z.output<typeof level>;

export const rule = z.object({
  id: z.string(),
  shortDescription: message.nullish(),
  messageStrings: z.record(z.string(), message).nullish(),
  defaultConfiguration: z.object({ level: level.nullish() }).nullish(),
  helpUri: z.string().nullish(),
  properties,
});
export type Rule = z.output<typeof rule>;

const artifactLocation = z.object({
  uri: z.string().nullish(),
  uriBaseId: z.string().nullish(),
  index: z.int().nullish(),
});
export type ArtifactLocation = z.output<typeof artifactLocation>;

const location = z.object({
  physicalLocation: z
    .object({
      artifactLocation: artifactLocation.nullish(),
      region: z.object({ startLine: z.int().nullish() }).nullish(),
    })
    .nullish(),
});

export const result = z.object({
  ruleId: z.string().nullish(),
  ruleIndex: z.int().nullish(),
  rule: z
    .object({
      id: z.string().nullish(),
      index: z.int().nullish(),
      toolComponent: z.object({ index: z.int().nullish() }).nullish(),
    })
    .nullish(),
  kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']).nullish(),
  level: level.nullish(),
  message: message.nullish(),
  locations: z.array(location).nullish(),
  suppressions: z.array(z.object({ status: z.enum(['accepted', 'underReview', 'rejected']).nullish() })).nullish(),
  baselineState: z.enum(['new', 'unchanged', 'updated', 'absent']).nullish(),
  properties,
});
export type SarifResult = z.output<typeof result>;

const notification = z.object({
  level: level.nullish(),
  message: message.nullish(),
  locations: z.array(location).nullish(),
});
export type Notification = z.output<typeof notification>;

const component = z.object({ name: z.string(), rules: z.array(z.unknown()).nullish() });

export const run = z.object({
  tool: z.object({ driver: component, extensions: z.array(component).nullish() }),
  /** null: the tool failed; left out: nothing is said of results. */
  results: z.array(z.unknown()).nullish(),
  invocations: z
    .array(
      z.object({
        executionSuccessful: z.boolean().nullish(),
        exitCodeDescription: z.string().nullish(),
        toolExecutionNotifications: z.array(notification).nullish(),
        toolConfigurationNotifications: z.array(notification).nullish(),
      }),
    )
    .nullish(),
  originalUriBaseIds: z.record(z.string(), artifactLocation).nullish(),
  artifacts: z.array(z.object({ location: artifactLocation.nullish() })).nullish(),
});
export type Run = z.output<typeof run>;

export const log = z.object({ version: z.string(), runs: z.array(z.unknown()) });
