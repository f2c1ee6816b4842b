import type { Finding } from '#plan';

/** `.env`, `.env.production`, `.env-prod`, `prod.env`; not the ones that show how it is to be filled in, or are encrypted. */
const env = /(?:^|\/)(?:\.env(?:[._~-][^/]*)?|[^/]+\.env)$/i;
const sample =
  /(?:^|[./_-])(?:examples?|samples?|templates?|tmpl|tpl|j2|jinja2?|erb|dist|defaults?|schema|test|ci|vault|gpg|age|sops|enc|encrypted)(?:[./_-]|$)/i;

/** An env file that is tracked: it holds what a server is given, secrets above all. By name alone. */
export const envFile = (path: string): readonly Finding[] => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return env.test(path) && !sample.test(name)
    ? [
        {
          tool: 'landfall',
          rule: 'env-file',
          severity: 'high',
          message: `the env file ${path} is tracked`,
          file: path,
          fix: `take it out with \`git rm --cached\`, add it to .gitignore, and change what it holds`,
        },
      ]
    : [];
};
