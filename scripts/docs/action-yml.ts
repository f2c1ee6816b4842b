import { stringify } from 'yaml';
import type { ActionDefinition, InputDefinition } from '#kit';

const note = (source: string): string => `# Made from ${source} by \`npm run docs\`: edit that.\n`;

/** Line width 0: descriptions stay on one line, so that a diff shows what changed. */
const yaml = (value: unknown): string => stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' });

/** action.yml of one action. Its bundle is found from the folder of the action. */
export const actionYml = (definition: ActionDefinition): string => {
  const { name, description, post } = definition;
  const bundle = `../../dist/${name}`;
  return (
    note('definition.ts') +
    yaml({
      name: `Landfall: ${name}`,
      description,
      author: 'Landfall',
      branding: { icon: icons[name] ?? 'anchor', color: 'blue' },
      inputs: Object.fromEntries(Object.entries(definition.inputs).map(([key, input]) => [key, inputYml(input)])),
      outputs: Object.fromEntries(
        Object.entries(definition.outputs).map(([key, output]) => [key, { description: output.description }]),
      ),
      runs: {
        using: 'node24',
        main: `${bundle}/main.js`,
        ...(post ? { post: `${bundle}/post.js`, 'post-if': 'always()' } : {}),
      },
    })
  );
};

const icons: Readonly<Record<string, string>> = {
  'test-and-scan': 'shield',
  'deploy-over-ssh': 'upload-cloud',
  'smoke-test': 'check-circle',
  rollback: 'rotate-ccw',
};

const inputYml = (input: InputDefinition) => ({
  description: input.description,
  ...('required' in input && input.required ? { required: true } : {}),
  ...('default' in input ? { default: `${input.default}` } : {}),
  ...('evaluated' in input ? { default: input.evaluated } : {}),
});

/** The root's action.yml: nobody can use it, and it says what to use instead. */
export const rootActionYml = (all: readonly ActionDefinition[]): string => {
  const uses = all.map(({ name }) => `OWNER/landfall/actions/${name}@v1`);
  const lines = ['Landfall is several actions; name one of them:', ...uses.map((use) => `  uses: ${use}`)];
  return (
    note('scripts/docs/action-yml.ts') +
    yaml({
      name: 'Landfall',
      description: `Several actions that deploy a Django application as a transaction. Use one of them: ${all.map(({ name }) => `actions/${name}`).join(', ')}.`,
      author: 'Landfall',
      branding: { icon: 'anchor', color: 'blue' },
      runs: {
        using: 'composite',
        steps: [
          {
            shell: 'sh',
            run: [
              ...lines.map((line) => `echo '${line}' >&2`),
              `echo '::error title=No such action::Landfall is several actions: use ${uses.join(', or ')}'`,
              'exit 1',
              '',
            ].join('\n'),
          },
        ],
      },
    })
  );
};
