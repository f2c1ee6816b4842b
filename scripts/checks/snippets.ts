/** Workflows as people copy them out of documents: each YAML snippet that is one, or a part of one, made whole. */
import { parse } from 'yaml';
import { fences } from '../../test/docs/markdown.ts';

/** A workflow to be checked, and where it stands. */
export type Workflow = {
  /** The file that it is in. */
  readonly path: string;
  readonly text: string;
  /** Its first line is this line of the file; below 1 where lines were put in front of it. */
  readonly first: number;
};

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isStep = (value: unknown): boolean => isMap(value) && ('uses' in value || 'run' in value);

const event = 'name: snippet\non: push\n';
const job = 'permissions:\n  contents: read\njobs:\n  snippet:\n    runs-on: ubuntu-latest\n    steps:\n';

/** The lines that make a whole workflow of it, or undefined where it is none. */
const front = (content: unknown): string | undefined => {
  if (Array.isArray(content)) return content.every(isStep) ? event + job : undefined;
  if (!isMap(content) || !('jobs' in content)) return undefined;
  return 'on' in content ? '' : event;
};

/** The workflows in a document. */
export const snippets = (path: string, document: string): readonly Workflow[] =>
  fences(document)
    .filter(({ language }) => language === 'yaml' || language === 'yml')
    .flatMap(({ body, line }) => {
      const before = front(parse(body));
      if (before === undefined) return [];
      // steps stand below a job
      const whole = before.endsWith(job) ? body.replaceAll(/^(?=.)/gm, '      ') : body;
      return [{ path, text: before + whole, first: line + 1 - (before.split('\n').length - 1) }];
    });
