import { z } from 'zod';
import { file } from '../../packages/config/definition/application.ts';

/** As much of JSON Schema as the definition makes. */
export type JsonSchema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
};

/** JSON Schema of landfall.yml as people write it. Draft 7 is what editors know. */
export const schema = (): JsonSchema => {
  const { $schema, ...made } = z.toJSONSchema(file, { io: 'input', target: 'draft-7' });
  const title = { title: 'landfall.yml', description: 'The application that Landfall deploys, and where it goes.' };
  return { $schema, ...title, ...made } as JsonSchema;
};
