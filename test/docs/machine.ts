/** A person's own machine, where the commands of guides are typed: `example.org` is a port on loopback there, and `gh` keeps secrets in files. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { found } from '../lab/found.ts';

export type Machine = {
  /** What a text of bash prints, stdout and stderr as they come; run in the checkout, and ended by the first line that fails. Throws then. */
  readonly run: (text: string) => Promise<string>;
  /** A secret that `gh secret set` was given. */
  readonly secret: (name: string) => string;
};

/** Goes to loopback instead of example.org. */
const elsewhere = (program: string, port: number, more = ''): string => `#!/bin/sh
for word in "$@"; do
  shift
  case $word in
    *example.org) word=\${word%example.org}127.0.0.1 ;;
  esac
  set -- "$@" "$word"
done
exec ${found(program) ?? program} -p ${port} ${more} "$@"
`;

/**
 * @param dir the home directory, where its programs and secrets are put, too
 * @param checkout where commands are run
 * @param port of the SSH server that example.org is
 * @param options that a person has in the configuration of ssh
 */
export const makeMachine = (dir: string, checkout: string, port: number, options = ''): Machine => {
  const [bin, secrets] = [join(dir, 'bin'), join(dir, 'secrets')];
  const home = join(dir, '.ssh');
  for (const folder of [bin, secrets, home]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // ssh asks the system for the home directory, not HOME
  const known = `-o UserKnownHostsFile='${home}/known_hosts'`;
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  };
  program('ssh', elsewhere('ssh', port, `-F none -o BatchMode=yes ${known} ${options}`));
  program('ssh-keyscan', elsewhere('ssh-keyscan', port, '-T 120'));
  program('gh', `#!/bin/sh\n[ "$1 $2" = 'secret set' ] && [ $# = 3 ] || exit 1\nexec cat >'${secrets}'/"$3"\n`);
  const identity = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org' };
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: dir,
    ...identity,
    GIT_COMMITTER_NAME: identity.GIT_AUTHOR_NAME,
    GIT_COMMITTER_EMAIL: identity.GIT_AUTHOR_EMAIL,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  return {
    run: (text) =>
      new Promise((resolve, reject) => {
        const child = execFile('bash', ['-c', `exec 2>&1\nset -e\n${text}`], { cwd: checkout, env }, (error, out) => {
          if (error === null) resolve(out);
          else reject(new Error(`\`${text.trim()}\` failed:\n${out}`));
        });
        child.stdin?.end();
      }),
    secret: (name) => readFileSync(join(secrets, name), 'utf8'),
  };
};
