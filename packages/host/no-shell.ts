import type { Fault } from '#fault';

/** What a host says instead of running a program, and what to change there. `$USER` is the deploy user. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /Channel open failure/,
    'sshd opens no session for $USER. `sshd -T -C user=$USER | grep maxsessions`, as root on the host, must show 1 or more (10 is the default): mend `MaxSessions` in /etc/ssh/sshd_config, and reload sshd.',
  ],
  [
    /sftp connections only|sftp-server/i,
    'The account is for SFTP only. `sshd -T -C user=$USER | grep forcecommand`, as root on the host, shows `ForceCommand internal-sftp`: take $USER out of the `Match` block of /etc/ssh/sshd_config that says so, and reload sshd.',
  ],
  [
    /account is (?:currently )?not available|nologin/i,
    'The login shell is nologin. As root on the host: `usermod -s /bin/sh $USER`.',
  ],
  [
    /restricted/i,
    'The login shell is a restricted one (rbash, rksh). As root on the host: `usermod -s /bin/sh $USER`.',
  ],
  [
    /password (?:has expired|change required)|required to change your password|account has expired/i,
    'The password or the account has expired. As root on the host: `chage -M -1 -E -1 $USER` lets it live on, and `passwd -l $USER` leaves it with its key only.',
  ],
  [
    /no such file|not found|permission denied/i,
    'The login shell or a forced command cannot be run. `getent passwd $USER` on the host shows the shell: as root, `usermod -s /bin/sh $USER`. `sshd -T -C user=$USER | grep forcecommand` shows a forced command.',
  ],
];

const otherwise = [
  'Another command runs in the place of ours. One of three says so; change it on the host as root:',
  'a `command="…"` before the key in ~$USER/.ssh/authorized_keys: take it away (`restrict` may stay: it lets commands run);',
  'a `ForceCommand` in /etc/ssh/sshd_config, shown by `sshd -T -C user=$USER | grep forcecommand`: take $USER out of its `Match` block, or let it end with `eval "$SSH_ORIGINAL_COMMAND"`, and reload sshd;',
  'the login shell, shown by `getent passwd $USER`: `usermod -s /bin/sh $USER`.',
].join('\n');

/** A login that runs none of our programs: what the host said instead, and the line to change there. */
export const noShell = (
  at: { readonly host: string; readonly name: string },
  { said: text, code }: { readonly said: string; readonly code?: number },
): Fault => {
  const said = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-10);
  const user = at.host.split('@')[0] ?? '';
  const next = remedies.find(([says]) => says.test(said.join('\n')))?.[1] ?? otherwise;
  return {
    code: 'SSH_NO_SHELL',
    host: at.host,
    step: at.name,
    what: `the host accepts the login but ran no command${code === undefined ? '' : ` (exit code ${code})`}${said.length > 0 ? `; it said: ${said.join(' / ')}` : ''}`,
    said,
    next: next.replaceAll('$USER', user),
  };
};
