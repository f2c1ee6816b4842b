import type { Problem } from '#fault';
import { ignoreFile } from './definition/ignore-file.ts';
import type { Exception } from './definition/ignore-file.ts';
import { validate } from './validate.ts';
import { yamlSource } from './yaml-source.ts';

/** The exceptions of an ignore file, or every problem that it has, each with its line. An empty file has none. Pure. */
export const readIgnoreFile = (
  text: string,
  file: string,
): { readonly exceptions: readonly Exception[]; readonly problems: readonly Problem[] } => {
  const yaml = yamlSource(text, file);
  if (yaml.problems.length > 0) return { exceptions: [], problems: yaml.problems };
  const { value, problems } = validate(ignoreFile, yaml.value ?? [], { where: file, line: yaml.line });
  return { exceptions: (value ?? []).map((one, at) => ({ ...one, line: yaml.line([at]) })), problems };
};
