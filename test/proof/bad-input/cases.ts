import type { FaultCode } from '#fault';
import { generateKey } from '../../lab/keys.ts';
import type { BadInputHost } from './host.ts';

type Inputs = Readonly<Record<string, string>>;

/** What a person wrote, and what must be said of it. */
export type BadInput = {
  readonly says: string;
  readonly action: 'deploy-over-ssh' | 'smoke-test' | 'rollback';
  /** Beside the good ones; an empty text takes a good one away. */
  readonly inputs?: Inputs;
  /** landfall.yml in place of the good one; null: none. */
  readonly yaml?: string | null;
  /** INPUT_INVALID unless said otherwise. */
  readonly code?: FaultCode;
  /** Texts that log, report and annotations must all hold. */
  readonly told: readonly string[];
  /** A file of the repository beside it. */
  readonly file?: { readonly path: string; readonly text: string };
  /** Lines of that file, or else of landfall.yml, that annotations must be pinned to. */
  readonly lines?: readonly number[];
  /** The host may be asked: what is wrong cannot be seen without it. */
  readonly connects?: boolean;
  /** Text that must not be shown. */
  readonly hides?: string;
};

/** A landfall.yml that nothing is wrong with. */
export const goodYaml = ({ sshd, path }: BadInputHost): string => `hosts:
  ssh: ${sshd.user}@127.0.0.1:${sshd.port}
  key: ${sshd.hostKey}
path: ${path}
url: http://127.0.0.1:1
services:
  web:
    command: gunicorn spine.wsgi
smoke:
  - { get: /health/, within: 1s }
keep: 3
wait: 5s
`;

const line = (yaml: string, text: string): number => yaml.slice(0, yaml.indexOf(text)).split('\n').length;

/** All cases. Each action has some, for each reads its inputs by its own definition. */
export const cases = (at: BadInputHost): readonly BadInput[] => {
  const { sshd, shellless, web, closed, path } = at;
  const good = goodYaml(at);
  const yaml = (from: string, to: string, told: readonly string[], action: BadInput['action'] = 'deploy-over-ssh'): BadInput => {
    const text = good.replace(from, to);
    return { says: `landfall.yml: ${to.trim()}`, action, yaml: text, told, lines: [line(text, to.trim().split('\n').at(-1)?.trim() ?? '')] };
  };
  const input = (name: string, value: string, told: readonly string[], action: BadInput['action'] = 'deploy-over-ssh'): BadInput => ({
    says: `${name}: ${value.slice(0, 40)}`,
    action,
    inputs: { [name]: value },
    told: [`input ${name}`, ...told],
  });
  const other = generateKey('other');
  const encrypted = `-----BEGIN OPENSSH PRIVATE KEY-----\n${at.key.privateKey.split('\n').slice(1, 3).join('')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const user = sshd.user;
  return [
    {
      says: 'a unit by which somebody would be another',
      action: 'deploy-over-ssh',
      yaml: good.replace('command: gunicorn spine.wsgi', 'file: deployment/web.service'),
      file: {
        path: 'deployment/web.service',
        text: '[Service]\nUser=another\nExecStart=+/bin/sh -c id\nExecStartPre=/bin/cp x /etc\nEnvironment=TOKEN=hush-9f41\nNice=-5\n',
      },
      told: [
        `User=another: services run as the SSH user, ${user}`,
        '+ before the command is not followed: it would run with other rights',
        'ExecStartPre=…: Landfall runs the service alone',
        'a service has the variables of .env, and no other: TOKEN',
        'Nice=-5: is nothing that a service can have',
      ],
      lines: [2, 3, 4, 5, 6],
      hides: 'hush-9f41',
    },
    input('ssh-keys', 'x', ['there is no such input', 'did you mean ssh-key?']),
    input('targett', 'production', ['there is no such input', 'did you mean target?'], 'rollback'),
    input('timeot', '3s', ['there is no such input', 'did you mean timeout?'], 'smoke-test'),
    input('zzz', 'x', ['there is no such input', 'inputs: config, target, host']),
    input('env-file', 'A=b', ['there is no such input'], 'rollback'),
    input('dry-run', 'yes', ['is "yes"; expected true or false']),
    input('dry-run', '1', ['is "1"; expected true or false'], 'rollback'),
    input('allow-older', 'on', ['expected true or false']),
    input('confirm-within', '10', ['expected a duration with its unit', 'write 10s if seconds are meant']),
    input('confirm-within', '10 minutes', ['expected a duration with its unit'], 'rollback'),
    input('max-downtime', 'soon', ['expected a duration with its unit', 'write it like 30s or 10m']),
    input('timeout', '60', ['write 60s if seconds are meant'], 'smoke-test'),
    input('phase', 'swtich', ['expected one of deploy, prepare, switch, confirm, abort', 'did you mean switch?']),
    input('commit', 'jobs', ['expected one of step, job, later', 'did you mean job?']),
    input('on-failure', 'undoo', ['did you mean undo?'], 'smoke-test'),
    input('processes', 'maybe', ['expected one of auto, true, false'], 'smoke-test'),
    input('host', 'example.org', ['the user is missing; expected user@host or user@host:port']),
    input('host', `${user}@127.0.0.1:99999`, ['expected user@host or user@host:port'], 'rollback'),
    input('path', '/srv/no tes', ['expected an absolute path of letters, digits']),
    input('path', '/srv/$(touch x)', ['expected an absolute path of letters, digits'], 'rollback'),
    input('path', '/srv/../etc', ['a path may not hold ..'], 'smoke-test'),
    input('path', '/', ['the root directory cannot be deployed to']),
    input('url', 'example.org', ['expected an http:// or https:// address'], 'smoke-test'),
    input('checks', '- { gett: / }', ['there is no such key', 'did you mean get?'], 'smoke-test'),
    input('checks', '- { get: /, within: 5 }', ['expected a duration with its unit'], 'smoke-test'),
    input('checks', '- [', ['input checks:'], 'smoke-test'),
    input('config', 'deploy/landfall.yml', ['there is no file deploy/landfall.yml']),
    input('config', 'nowhere.yml', ['there is no file nowhere.yml'], 'rollback'),
    input('target', 'staging', ['there is no target staging']),
    input('env', 'NOT_SET_ANYWHERE', ['NOT_SET_ANYWHERE is not set']),
    input('env', 'NOT_SET_ANYWHERE', ['NOT_SET_ANYWHERE is not set'], 'smoke-test'),
    { ...input('env-file', 'A=b\nhunter2-is-no-entry\n', ['not NAME=value', 'input env-file:2']), hides: 'hunter2-is' },
    { ...input('env-file', 'A="hunter2-not-closed\n', ['its quotes are not closed']), hides: 'hunter2-not' },
    { ...input('commit', 'job', ['it goes with phase deploy or switch']), inputs: { commit: 'job', phase: 'prepare' } },
    { says: 'no key', action: 'deploy-over-ssh', inputs: { 'ssh-key': '' }, told: ['input ssh-key', 'is missing'] },
    { says: 'no key', action: 'rollback', inputs: { 'ssh-key': '' }, told: ['input ssh-key', 'is missing'] },
    { says: 'a key of line ends', action: 'smoke-test', inputs: { 'ssh-key': '\n\n' }, told: ['input ssh-key', 'is missing'] },
    { says: 'no key that is one', action: 'deploy-over-ssh', inputs: { 'ssh-key': 'hunter2-is-no-key' }, code: 'SSH_KEY_UNREADABLE', told: ['this is no private key'], hides: 'hunter2-is' },
    { says: 'a public key', action: 'rollback', inputs: { 'ssh-key': at.key.publicKey }, code: 'SSH_KEY_UNREADABLE', told: ['this is a public key'] },
    { says: 'half a key', action: 'smoke-test', inputs: { 'ssh-key': encrypted }, code: 'SSH_KEY_UNREADABLE', told: ['ssh-key'] },
    yaml('services:', 'serivces:', ['serivces: there is no such key', 'did you mean services?']),
    yaml('command:', 'comand:', ['services.web.comand: there is no such key', 'did you mean command?', 'services.web.command: is missing']),
    yaml('keep: 3', 'keep: many', ['keep: expected a number']),
    yaml('keep: 3', 'keep: 1', ['keep:'], 'rollback'),
    yaml('wait: 5s', 'wait: 60', ['wait: expected a duration with its unit']),
    { ...yaml('wait: 5s', 'wait: [', ['Flow sequence'], 'smoke-test'), lines: [line(good, 'wait:') + 1] },
    yaml(`path: ${path}`, 'path: "/srv/a b;c"', ['path: expected an absolute path of letters, digits']),
    yaml('gunicorn spine.wsgi', 'gunicorn spine.wsgi | tee log', ['services.web.command: |: a command is not a shell line']),
    yaml('    command: gunicorn spine.wsgi', '    command: gunicorn spine.wsgi\n    role: cron', ['role: expected one of web, websocket, worker, scheduler'], 'rollback'),
    yaml('gunicorn spine.wsgi', 'python manage.py serve', ['services.web.role: is missing', 'add `role: web`']),
    yaml('{ get: /health/, within: 1s }', '{ get: /, body: x }', ['GET and HEAD send nothing'], 'smoke-test'),
    yaml('url: http://127.0.0.1:1', 'url: ftp://example.org', ['url: expected an http:// or https:// address']),
    yaml(`  ssh: ${user}@127.0.0.1:${sshd.port}`, '  ssh: 127.0.0.1', ['hosts.ssh: the user is missing']),
    { says: 'no landfall.yml and no host', action: 'deploy-over-ssh', yaml: null, told: ['no host is named', 'no path on the host is named'] },
    { says: 'no landfall.yml and no host', action: 'rollback', yaml: null, told: ['no host is named', 'no path on the host is named'] },
    { says: 'no landfall.yml and nothing to check', action: 'smoke-test', yaml: null, told: ['there is nothing to check'] },
    { says: 'an empty landfall.yml', action: 'deploy-over-ssh', yaml: '', told: ['no host is named', 'no path on the host is named'] },
    { says: 'a list as landfall.yml', action: 'deploy-over-ssh', yaml: '- a\n', told: ['expected a map of keys'] },
    { says: 'several targets, none named', action: 'rollback', yaml: `${good}targets: { one: {}, two: {} }\n`, told: ['has the targets one, two'] },
    { says: 'max-downtime and nothing to measure', action: 'deploy-over-ssh', yaml: good.replace(/url:.*\nservices/, 'services').replace(/smoke:\n.*\n/, ''), inputs: { 'max-downtime': '5s' }, told: ['there is no url to measure'] },
    {
      says: 'everything at once',
      action: 'deploy-over-ssh',
      inputs: { 'ssh-key': '', 'ssh-keys': 'x', 'dry-run': 'yes', 'confirm-within': '10', phase: 'depoly', host: 'nobody', env: 'NOT_SET_ANYWHERE', 'env-file': 'no entry' },
      yaml: good.replace('services:', 'serivces:').replace('keep: 3', 'keep: many').replace('wait: 5s', 'wait: 60'),
      told: ['did you mean ssh-key?', 'input dry-run', 'input confirm-within', 'did you mean deploy?', 'input host', 'input ssh-key', 'NOT_SET_ANYWHERE', 'input env-file', 'serivces: there is no such key', 'keep: expected', 'wait: expected'],
      lines: [line(good, 'services:'), line(good, 'keep:'), line(good, 'wait:')],
    },
    {
      says: 'several at once',
      action: 'smoke-test',
      inputs: { timout: '3s', 'on-failure': 'x', checks: '- {}', path: 'relative' },
      yaml: good.replace('keep: 3', 'keeep: 3'),
      told: ['did you mean timeout?', 'input on-failure', 'a check has exactly one of', 'input path', 'did you mean keep?'],
      lines: [line(good, 'keep:')],
    },
    {
      says: 'several at once',
      action: 'rollback',
      inputs: { reasn: 'x', 'dry-run': 'no', 'ssh-key': '', host: 'x@y@z' },
      yaml: good.replace('wait: 5s', 'wait: never'),
      told: ['did you mean reason?', 'input dry-run', 'input ssh-key', 'input host', 'wait: expected'],
      lines: [line(good, 'wait:')],
    },
    { says: 'a key that is not let in', action: 'deploy-over-ssh', inputs: { 'ssh-key': other.privateKey }, code: 'SSH_REFUSED', told: ['does not accept this key', 'authorized_keys'], connects: true },
    { says: 'a key that is not let in', action: 'rollback', inputs: { 'ssh-key': other.privateKey }, code: 'SSH_REFUSED', told: ['does not accept this key'], connects: true },
    { says: 'another host key', action: 'deploy-over-ssh', inputs: { 'host-key': other.publicKey }, code: 'SSH_HOST_KEY_DIFFERS', told: ['showed another key than the pinned one', 'SHA256:'], connects: true },
    { says: 'another host key', action: 'smoke-test', inputs: { 'host-key': other.publicKey }, code: 'SSH_HOST_KEY_DIFFERS', told: ['showed another key than the pinned one'], connects: true },
    { says: 'no host key', action: 'deploy-over-ssh', yaml: good.replace(/ {2}key:.*\n/, ''), code: 'SSH_HOST_KEY_MISSING', told: ['no host key is pinned', sshd.hostKey], connects: true },
    { says: 'an authority for a host key', action: 'rollback', inputs: { 'host-key': `@cert-authority * ${other.publicKey}` }, code: 'SSH_HOST_KEY_CA', told: ['@cert-authority', sshd.hostKey], connects: true },
    { says: 'a port where nobody answers', action: 'deploy-over-ssh', inputs: { host: `${user}@127.0.0.1:${closed}` }, code: 'SSH_UNREACHABLE', told: ['no SSH server answers'] },
    { says: 'a port that is no SSH server', action: 'smoke-test', inputs: { host: `${user}@127.0.0.1:${web}` }, code: 'SSH_UNREACHABLE', told: [`port ${web}`] },
    { says: 'a host that runs nothing', action: 'deploy-over-ssh', inputs: { host: `${user}@127.0.0.1:${shellless.port}`, 'host-key': shellless.hostKey }, code: 'SSH_NO_SHELL', told: ['This account is currently not available.'], connects: true },
    { says: 'a host that runs nothing', action: 'rollback', inputs: { host: `${user}@127.0.0.1:${shellless.port}`, 'host-key': shellless.hostKey }, code: 'SSH_NO_SHELL', told: ['This account is currently not available.'], connects: true },
  ];
}; // prettier-ignore
