/** GitHub's own language service over every workflow and action.yml: it knows what actions and reusable workflows of ours take. */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allWorkflows, inWorkflowProject } from './workflow-project.ts';

/** The package is made for bundlers: it imports JSON without saying so, which Node refuses. */
const load = async () => {
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
  });
  try {
    const [service, documents] = await Promise.all([
      import('@actions/languageservice'),
      import('vscode-languageserver-textdocument'),
    ]);
    return { ...service, TextDocument: documents.TextDocument };
  } finally {
    hooks.deregister();
  }
};

type Metadata = { readonly name: string; readonly description: string };

/** A line for each problem, warnings and hints among them; the service's own failures too, which it only logs. */
export const languageProblems = (given = allWorkflows()): Promise<readonly string[]> =>
  inWorkflowProject({ given, local: false }, async ({ dir, workflows, origin }) => {
    const { validate, registerLogger, TextDocument } = await load();
    const problems: string[] = [];
    const failed = (text: string) => problems.push(`the language service failed: ${text}`);
    registerLogger({ error: failed, warn: failed, info: () => undefined, log: () => undefined });
    const ours = (owner: string, name: string) => owner === 'OWNER' && name === 'landfall';
    const check = async (file: string, text: string) => {
      // each with an address of its own: what is parsed is kept by it
      const document = TextDocument.create(pathToFileURL(file).href, 'yaml', 1, text);
      const found = await validate(document, {
        actionsMetadataProvider: {
          // of others only the name is known here: their inputs are not compared (actionlint knows those of the common ones)
          fetchActionMetadata: ({ owner, name, path = '' }) =>
            Promise.resolve(
              ours(owner, name)
                ? (parse(readFileSync(join(path, 'action.yml'), 'utf8')) as Metadata)
                : { name, description: '' },
            ),
        },
        fileProvider: {
          getFileContent: (reference) => {
            if (!('repository' in reference) || !ours(reference.owner, reference.repository))
              throw new Error(`a call of ${JSON.stringify(reference)}`);
            return Promise.resolve({ name: reference.path, content: readFileSync(reference.path, 'utf8') });
          },
        },
      });
      problems.push(
        ...found.map(({ message, range }) => {
          const said = typeof message === 'string' ? message : message.value;
          return `${origin(file, range.start.line + 1)}: ${said}`;
        }),
      );
    };
    for (const { file, text } of workflows) await check(file, text);
    for (const path of ['action.yml', ...globSync('actions/*/action.yml')])
      await check(join(dir, path), readFileSync(path, 'utf8'));
    return problems;
  });
