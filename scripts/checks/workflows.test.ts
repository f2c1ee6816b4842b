/** The three checkers of workflows say what they are there to say, at the line of the document that it stands in. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { needing } from '../../test/lab/needs.ts';
import { actionlintProblems } from './actionlint.ts';
import { pinned } from './programs.ts';
import type { Workflow } from './snippets.ts';
import { zizmorProblems } from './zizmor.ts';

/** A job with these steps, as lines 11 and on of a document. */
const workflow = (...steps: readonly string[]) => {
  const text = ['on: push', 'permissions: {}', 'jobs:', '  a:', '    runs-on: ubuntu-latest', '    steps:', ...steps];
  return [{ path: 'docs/a.md', text: `${text.join('\n')}\n`, first: 5 }];
};
const misspelt = workflow('      - uses: OWNER/landfall/actions/rollback@v1', '        with:', '          reson: none');
const ship = (given: string) => [
  {
    path: 'workflows-examples/a.yml',
    text: `on: push\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    with:\n      ${given}\n`,
    first: 1,
  },
  {
    path: '.github/workflows/b.yml',
    text: 'on:\n  workflow_call:\n    inputs:\n      target: { type: string }\njobs: { b: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }\n',
    first: 1,
  },
];

/** In a process of its own, for jest has no hooks for modules. */
const languageProblems = (given: readonly Workflow[]): unknown => {
  const program = `
    const { languageProblems } = await import(${JSON.stringify(join(import.meta.dirname, 'language-service.ts'))});
    console.log(JSON.stringify(await languageProblems(${JSON.stringify(given)})));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
};

const installed = (name: string) => needing(...(pinned(name).path === undefined ? [`scripts/pinned ${name}`] : []));

installed('actionlint').test(
  'actionlint finds inputs that do not exist, and shell that is wrong',
  async () => {
    expect(await actionlintProblems(misspelt)).toEqual([
      expect.stringMatching(/^docs\/a\.md:13: input "reson" is not defined in action "Landfall: rollback"/),
    ]);
    expect(await actionlintProblems(ship('taget: x'))).toEqual([
      expect.stringMatching(/^workflows-examples\/a\.yml:7: input "taget" is not defined in ".*b\.yml"/),
    ]);
    expect(await actionlintProblems(workflow('      - run: echo $HOME'))).toEqual([
      expect.stringMatching(/^docs\/a\.md:11: .*SC2086/),
    ]);
  },
  300_000,
);

installed('zizmor').test(
  'zizmor finds input that reaches a shell, and what is not pinned',
  async () => {
    expect(await zizmorProblems(workflow('      - run: echo "${{ github.head_ref }}"'))).toEqual([
      expect.stringMatching(/^docs\/a\.md:11: .*\[template-injection\]$/),
    ]);
    expect(await zizmorProblems(workflow('      - uses: a/b@v1'))).toEqual([
      expect.stringMatching(/^docs\/a\.md:11: .*\[unpinned-uses\]$/),
    ]);
    // this repository's own actions are named by tag, for whoever copies an example to choose
    expect(await zizmorProblems(workflow('      - uses: OWNER/landfall/actions/rollback@v1'))).toEqual([]);
  },
  300_000,
);

needing().test(
  'the language service finds inputs that do not exist, and contexts that are not there',
  () => {
    expect(languageProblems(misspelt)).toEqual(["docs/a.md:13: Invalid action input 'reson'"]);
    expect(languageProblems(workflow('      - run: echo ${{ jobs.b.outputs.c }}'))).toEqual([
      expect.stringMatching(/^docs\/a\.md:11: .*'jobs'/),
    ]);
    expect(languageProblems(workflow('      - uses: a/b@v1'))).toEqual([]);
  },
  300_000,
);
