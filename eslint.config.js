import { createRequire } from 'node:module';
import ts from 'typescript-eslint';

const { adapters } = createRequire(import.meta.url)('./.dependency-cruiser.cjs');
const adapterFiles = adapters.map((path) => (path.endsWith('/') ? `${path}**` : path));

const why =
  'Only the adapters listed in .dependency-cruiser.cjs read the environment, the clock, or wait: pass the value in.';

export default ts.config(
  { ignores: ['**/dist', '**/.cache', 'node_modules', '**/*.js', '**/*.cjs'] },
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // leaving a key out of an object by naming it beside the rest
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  {
    files: ['packages/**/*.ts', 'actions/**/*.ts'],
    ignores: ['**/*.test.ts', ...adapterFiles],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance'].map((name) => ({
          name,
          message: why,
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: why },
        { object: 'process', property: 'hrtime', message: why },
        { object: 'Date', property: 'now', message: why },
        { object: 'AbortSignal', property: 'timeout', message: why },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: why },
      ],
    },
  },
);
