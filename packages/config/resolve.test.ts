import { describe, expect, test } from '@jest/globals';
import { resolveSettings, resolveTarget } from '#config';

const file = 'landfall.yml';
const good = `hosts: { ssh: app@example.org, key: ssh-ed25519 AAAA }
path: /srv/app/
url: https://example.org/
services:
  web: { command: "gunicorn 'my site.wsgi' --bind 127.0.0.1:8000", listen: 8000 }
smoke:
  - { get: /health/, status: 200, json: { status: ok, $.db: true }, max: 500ms }
`;
const target = (text: string, rest: Partial<Parameters<typeof resolveTarget>[0]> = {}) =>
  resolveTarget({ text, file, overrides: {}, ...rest });

describe('a target', () => {
  test('has every default filled in', () => {
    const { target: found, problems } = target(good);
    expect(problems).toEqual([]);
    expect(found).toMatchObject({
      name: 'production',
      host: { name: 'app@example.org', user: 'app', address: 'example.org', port: 22 },
      pins: 'ssh-ed25519 AAAA',
      path: '/srv/app',
      base: '/srv/app-landfall',
      url: 'https://example.org',
      directory: '.',
      python: { venv: '.venv', version: 'python3' },
      shared: [],
      env: { require: [] },
      keep: 5,
      wait: 600_000,
    });
    expect(found?.services).toEqual([
      {
        name: 'web',
        command: ['gunicorn', 'my site.wsgi', '--bind', '127.0.0.1:8000'],
        role: 'web',
        drain: 30_000,
        boot: 60_000,
        listen: '8000',
      },
    ]);
    expect(found?.checks).toMatchObject([
      {
        method: 'GET',
        url: '/health/',
        status: [200],
        json: { status: 'ok', '$.db': true },
        max: 500,
        every: 1000,
        within: 60_000,
      },
    ]);
    expect(found).not.toHaveProperty('confirmWithin');
  });

  test('has services whose roles are given, or told by their commands and by what is checked', () => {
    const services = `services:
  front: { command: sh serve, role: web, listen: 80 }
  live: { command: daphne a.asgi:application }
  tasks: { command: celery -A a worker }
  beat: { command: celery -A a beat }
`;
    const roles = (smoke: string) =>
      target(good.replace(/services:\n.*\n/, services) + smoke).target?.services.map(({ role }) => role);
    expect(roles('')).toEqual(['web', 'web', 'worker', 'scheduler']);
    expect(roles('  - { websocket: /ws/ }\n')).toEqual(['web', 'websocket', 'worker', 'scheduler']);
  });

  test('has the hooks that are given, with their times', () => {
    const hooks = 'hooks: { before-switch: { command: "a \'b c\'" }, before-undo: { command: d, timeout: 1m } }\n';
    expect(target(good).target?.hooks).toEqual({});
    expect(target(good + hooks).target?.hooks).toEqual({
      'before-switch': { command: ['a', 'b c'], timeout: 30_000 },
      'before-undo': { command: ['d'], timeout: 60_000 },
    });
    const wrong =
      'hooks: { before-undo: { command: a, timeout: 61s }, after-switch: { command: "a | b", timeout: 11m }, after-undo: { command: a } }\n';
    expect(target(good + wrong).problems.map(({ what }) => what.replace(/: a command .*/, ''))).toEqual(
      expect.arrayContaining([
        'hooks.before-undo.timeout: expected at most 1m',
        'hooks.after-switch.command: |',
        'hooks.after-switch.timeout: expected at most 10m',
        'hooks.after-undo: there is no such key',
      ]),
    );
  });

  test('may have services that all take as long as one may: they stop side by side', () => {
    const services = `services:
  front: { command: gunicorn a, drain: 10m }
  one: { command: celery worker, drain: 10m }
  two: { command: celery worker, drain: 10m }
  beat: { command: celery beat }
`;
    expect(target(good.replace(/services:\n.*\n/, services)).problems).toEqual([]);
  });

  test('is reached through its jump hosts, the first one first', () => {
    const hosts =
      'hosts: { ssh: app@db.internal, via: { ssh: jump@inner, key: [ssh-ed25519 BBBB, ssh-rsa CCCC], via: { ssh: "jump@outer:2222" } } }';
    expect(target(good.replace(/^hosts: .*/, hosts)).target?.via).toEqual([
      { name: 'jump@outer:2222', user: 'jump', address: 'outer', port: 2222, pins: '' },
      { name: 'jump@inner', user: 'jump', address: 'inner', port: 22, pins: 'ssh-ed25519 BBBB\nssh-rsa CCCC' },
    ]);
    expect(target(good).target?.via).toEqual([]);
    // an input says another host, not another way
    const { target: other } = target(good.replace(/^hosts: .*/, hosts), { overrides: { host: 'a@b' } });
    expect(other?.via).toHaveLength(2);
  });

  test('needs no file where inputs say enough', () => {
    const overrides = {
      host: 'a@[::1]:2222',
      hostKey: 'k',
      path: '/srv/b',
      url: 'http://127.0.0.1:8000',
      confirmWithin: 5000,
    };
    const { target: found, problems } = resolveTarget({ file, overrides });
    expect(problems).toEqual([]);
    expect(found).toMatchObject({ host: { user: 'a', address: '::1', port: 2222 }, pins: 'k', confirmWithin: 5000 });
    expect(found?.checks).toMatchObject([{ method: 'GET', url: '/', ownRedirect: true }]);
  });

  test('takes an input before the file', () => {
    const overrides = { host: 'b@example.net', path: '/opt/x', checks: 'get: /only/' };
    const { target: found } = target(good, { overrides });
    expect(found).toMatchObject({ host: { name: 'b@example.net' }, base: '/opt/x-landfall', pins: 'ssh-ed25519 AAAA' });
    expect(found?.checks.map(({ url }) => url)).toEqual(['/only/']);
  });

  test('takes its own key in place of the same key at the top', () => {
    const text = `${good}targets:\n  production: {}\n  staging: { path: /srv/staging, keep: 2, smoke: [] }\n`;
    expect(target(text, { target: 'staging' }).target).toMatchObject({
      name: 'staging',
      base: '/srv/staging-landfall',
      keep: 2,
      checks: [],
      host: { address: 'example.org' },
    });
    expect(target(text, { target: 'production' }).target).toMatchObject({ path: '/srv/app', keep: 5 });
  });

  test('must be named where there are several, and be one of them', () => {
    const text = `${good}targets:\n  production: {}\n  staging: {}\n`;
    expect(target(text).problems).toEqual([
      {
        where: 'input target',
        what: 'is missing: landfall.yml has the targets production, staging',
        next: 'name one of them: target: production',
      },
    ]);
    expect(target(text, { target: 'stagin' }).problems).toMatchObject([{ next: 'did you mean staging?' }]);
    expect(target(`${good}targets:\n  blue: {}\n`).target?.name).toBe('blue');
    expect(target(good, { target: 'constructor' }).problems).toHaveLength(1);
  });

  test('has a host and a path; settings need none', () => {
    const { problems } = resolveTarget({ file, overrides: { url: 'https://example.org' } });
    expect(problems.map(({ where }) => where)).toEqual(['input host', 'input path']);
    expect(target('keep: 3\n').problems.map(({ where, next }) => [where, next])).toEqual([
      ['landfall.yml', 'add hosts: { ssh: user@host } to landfall.yml, or set the input host'],
      ['landfall.yml', 'add path: /srv/app to landfall.yml, or set the input path'],
    ]);
    const { settings } = resolveSettings({ file, overrides: { url: 'https://example.org' } });
    expect(settings).toMatchObject({ name: 'production', url: 'https://example.org', checks: [{ ownRedirect: true }] });
    expect(settings).not.toHaveProperty('host');
  });
});

test('all problems come out together, each with its line', () => {
  const text = `hots: { ssh: a@b }
path: srv/app
keep: many
services:
  web:
    command: gunicorn | tee
    role: cron
    drian: 3s
    drain: 30
    unit: { MemoryMax: 300, User: root, Nice: -1, PrivateTmp: false, CPUQuota: 0% }
  jobs: { command: python manage.py jobs, drain: 11m }
  beat: { command: celery -A app beat, listen: 80, boot: 1 }
smoke:
  - get: /health/
    post: /x
  - max: 2
env: { require: [1A] }
targets:
  staging:
    wait: 5
`;
  const { problems } = target(text, { overrides: { path: '/x y', checks: '- get: nope\n- gte: /\n' } });
  expect(
    problems.map(
      ({ where, line, what, next }) => `${where}:${line ?? '-'} ${what}${next === undefined ? '' : ` → ${next}`}`,
    ),
  ).toEqual([
    'landfall.yml:1 hots: there is no such key → did you mean hosts?',
    'landfall.yml:2 path: expected an absolute path of letters, digits and . _ / @ + -',
    'landfall.yml:3 keep: expected a number',
    "landfall.yml:6 services.web.command: |: a command is not a shell line; where one is needed use sh -c '…', of a service sh -c 'exec …', so that it stays one process",
    'landfall.yml:7 services.web.role: expected one of web, websocket, worker, scheduler',
    'landfall.yml:8 services.web.drian: there is no such key → did you mean drain?',
    'landfall.yml:9 services.web.drain: expected a duration with its unit, like 30s, 500ms or 10m',
    'landfall.yml:10 services.web.unit.MemoryMax: expected megabytes, like 300M',
    'landfall.yml:10 services.web.unit.CPUQuota: expected a percentage of one processor, like 150%',
    'landfall.yml:10 services.web.unit.Nice: expected a whole number from 0 to 19',
    'landfall.yml:10 services.web.unit.PrivateTmp: expected true: it can only be turned on',
    'landfall.yml:10 services.web.unit.User: there is no such key → known keys: MemoryMax, MemoryHigh, MemorySwapMax, CPUQuota, CPUWeight, IOWeight, TasksMax, Nice, OOMScoreAdjust, NoNewPrivileges, PrivateTmp',
    'landfall.yml:11 services.jobs.drain: expected at most 10m: an undo has to wait for it',
    'landfall.yml:11 services.jobs.role: is missing, and the command does not tell it: add `role: web`, `role: websocket`, `role: worker`, `role: scheduler`',
    'landfall.yml:12 services.beat.boot: expected a duration with its unit, like 30s, 500ms or 10m',
    'landfall.yml:12 services.beat.listen: nobody asks a worker or a scheduler: `listen` is of web and websocket',
    'landfall.yml:15 smoke[0].post: a check has exactly one of get, head, post, put, patch, delete, options, websocket, certificate',
    'landfall.yml:16 smoke[1].max: expected a duration with its unit, like 30s, 500ms or 10m',
    'landfall.yml:17 env.require[0]: expected the name of an environment variable: letters, digits and _, no digit first',
    'landfall.yml:20 targets.staging.wait: expected a duration with its unit, like 30s, 500ms or 10m',
    'input path:- expected an absolute path of letters, digits and . _ / @ + -',
    'input checks:1 [0].get: expected a path that begins with /, or an http(s) address',
    'input checks:2 [1].gte: there is no such key → did you mean get?',
    'input checks:2 [1]: a check has exactly one of get, head, post, put, patch, delete, options, websocket, certificate',
    'landfall.yml:- no host is named → add hosts: { ssh: user@host } to landfall.yml, or set the input host',
  ]);
});

describe('what is refused', () => {
  const one = (text: string) => target(text).problems.map(({ line, what }) => `${line ?? '-'} ${what}`);
  test.each([
    ['no YAML', 'path: [1\n', /^[12] /],
    ['a key twice', `${good}path: /x\n`, /^8 Map keys must be unique/],
    ['a list', '- a\n', /expected a map of keys/],
    ['..', good.replace('/srv/app/', '/srv/../app'), /^2 path: a path may not hold \.\./],
    ['the root', good.replace('/srv/app/', '/'), /^2 path: the root directory/],
    ['a shared path outside', `${good}shared: [/etc]\n`, /^8 shared\[0\]: expected a path relative/],
    ['a shared path upwards', `${good}shared: [a/../..]\n`, /^8 shared\[0\]: a path may not hold/],
    ['a host without its user', good.replace('app@example.org,', 'example.org,'), /^1 hosts\.ssh: the user is missing/],
    ['a host that is an option', good.replace('app@example.org,', 'app@-oProxyCommand,'), /^1 hosts\.ssh: expected/],
    ['a port beyond', good.replace('app@example.org,', 'app@example.org:70000,'), /^1 hosts\.ssh: expected/],
    [
      'a jump host that is text',
      good.replace('app@example.org,', 'app@example.org, via: jump@inner,'),
      /^1 hosts\.via: expected one jump host/,
    ],
    [
      'a jump host without its user',
      good.replace('app@example.org,', 'app@example.org, via: { ssh: inner },'),
      /^1 hosts\.via\.ssh: the user is missing/,
    ],
    [
      'a jump host with a key of its own',
      good.replace('app@example.org,', 'app@example.org, via: { ssh: a@b, kye: x },'),
      /^1 hosts\.via\.kye: there is no such key/,
    ],
    ['several hosts', good.replace(/^hosts: .*/, 'hosts: [a@b, c@d]'), /^1 hosts: expected one host/],
    ['an option for a name', good.replace('  web:', '  -web:'), /^5 services\.-web: the name of a service/],
    ['a name that vanishes', good.replace('  web:', '  __proto__:'), /^5 __proto__ is no key/],
    ['a service name', good.replace('  web:', '  "w b":'), /^5 services\.w b: the name of a service/],
    ['no such service key', good.replace('listen', 'lisen'), /^5 services\.web\.lisen/],
    ['a path without url', good.replace(/^url: .*\n/m, ''), /^5 GET \/health\/ is a path, but there is no url/],
    [
      'a base too long for sockets',
      good.replace('/srv/app/', `/srv/${'a'.repeat(60)}`),
      /^2 base would be .* more than 60 bytes/,
    ],
    ['an empty map of targets', `${good}targets: {}\n`, /^8 targets: expected at least one/],
    [
      'a service that nobody knows the role of, where its command stands',
      good
        .replace('{ command: "gunicorn', '\n    boot: 60s\n    command: "python3 serve.py')
        .replace(', listen: 8000 }', ''),
      /^7 services\.web\.role: is missing, and the command does not tell it: add `role: web`/,
    ],
    [
      'services whose undo has no time: schedulers stop before all others',
      good.replace(
        /services:\n.*\n/,
        'services:\n  beat: { command: celery beat, drain: 5m }\n  tasks: { command: celery worker, drain: 10m }\n',
      ),
      /^4 services: an undo could take 17 min, and has 15 min: schedulers may take 5 min to stop, then the others may take 10 min to stop, then what serves again 1 min/,
    ],
    [
      'a service that nobody can wait for',
      good.replace('listen: 8000', 'listen: 8000, boot: 14m'),
      /^4 services: an undo could take 15 min 30 s, and has 15 min/,
    ],
    ['a missing command', good.replace(/command: ".*?", /, ''), /^5 services\.web\.command: is missing/],
  ])('%s', (_, text, expected) => {
    const found = one(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('nothing is a template', () => {
    const text = good.replace('ssh-ed25519 AAAA', '$KEY');
    expect(target(text).target?.pins).toBe('$KEY');
  });
});

test('programs that are adopted stay where they are: a manager beside adopt is a problem, at its line', () => {
  expect(target(`${good}adopt: true\n`).target?.adopt).toBe(true);
  expect(target(good).target).not.toHaveProperty('adopt');
  const { problems } = target(`${good}adopt: true\nmanager: systemd\n`);
  expect(problems).toEqual([
    expect.objectContaining({
      where: file,
      line: 9,
      next: 'leave manager out',
      what: expect.stringContaining('adopt leaves services') as unknown,
    }),
  ]);
});

describe('services that files describe', () => {
  const unit = `[Service]
User=app
ExecStart={current}/.venv/bin/gunicorn config.wsgi --forwarded-allow-ips={domain}
TimeoutStopSec=20
Nice=3
`;
  const programs = `[program:tasks]
command=/srv/app/venv/bin/celery -A a worker
[program:beat]
command=celery -A a beat
[program:other]
command=x
`;
  const files: Readonly<Record<string, string>> = { 'deploy/web.service': unit, 'deploy/app.conf': programs };
  const withFiles = (services: string, more: Readonly<Record<string, string>> = {}, rest = '') =>
    target(`${good.replace(/services:\n.*\n/, `services:\n${services}`)}${rest}`, {
      files: (path) => {
        const text = { ...files, ...more }[path];
        return text === undefined ? `there is no file ${path} in the checkout` : Buffer.from(text);
      },
    });
  const web = '  web: { file: deploy/web.service }\n';
  const nginx = 'nginx: { file: site.conf, domains: [example.org] }\n';

  test('need nothing else, and say no more than landfall.yml could', () => {
    const tasks = '  tasks: { file: ./deploy/app.conf, drain: 4m }\n  beat: { file: deploy/app.conf }\n';
    const { target: found, problems } = withFiles(web + tasks, {}, nginx);
    expect(problems).toEqual([]);
    expect(found?.services).toEqual([
      {
        name: 'web',
        command: ['gunicorn', 'config.wsgi', '--forwarded-allow-ips=example.org'],
        role: 'web',
        drain: 20_000,
        boot: 60_000,
        unit: ['Nice=3'],
      },
      { name: 'tasks', command: ['celery', '-A', 'a', 'worker'], role: 'worker', drain: 240_000, boot: 60_000 },
      { name: 'beat', command: ['celery', '-A', 'a', 'beat'], role: 'scheduler', drain: 30_000, boot: 60_000 },
    ]);
    expect(found?.serviceFiles).toEqual([
      {
        service: 'web',
        file: 'deploy/web.service',
        says: ['gunicorn config.wsgi --forwarded-allow-ips=example.org', 'drain 20 s'],
        limits: ['Nice=3'],
        instead: [],
        settled: ['User'],
        left: [],
      },
      expect.objectContaining({ service: 'tasks', says: ['celery -A a worker'], left: ['other'] }),
      expect.objectContaining({ service: 'beat', left: [] }),
    ]);
  });

  test('that are too large are not looked into', () => {
    const large = { 'deploy/web.service': `${unit}#${'x'.repeat(64 * 1024)}` };
    expect(withFiles(web, large, nginx).problems).toEqual([
      expect.objectContaining({ where: 'deploy/web.service', what: 'is larger than 64 KiB' }),
    ]);
  });

  test('describe one service, where they are units', () => {
    const two = `${web}  other: { file: ./deploy/web.service }\n`;
    expect(withFiles(two, {}, nginx).problems).toEqual([
      expect.objectContaining({ line: 6, what: 'services.other.file: deploy/web.service is that of web already' }),
    ]);
    const own = `${web}  other: { file: deploy/web.service, command: gunicorn b }\n`;
    expect(withFiles(own, {}, nginx).problems).toEqual([]);
  });

  test('are told without the passwords of a command', () => {
    const text = '[Service]\nExecStart=env SECRET_KEY=hunter2 gunicorn -b redis://:hunter2@h/0 config.wsgi\n';
    const own = '  web: { file: deploy/web.service, role: web }\n';
    expect(withFiles(own, { 'deploy/web.service': text }).target?.serviceFiles[0]?.says).toEqual([
      'env SECRET_KEY=… gunicorn -b redis://…@h/0 config.wsgi',
    ]);
  });

  test('give way to the keys beside them', () => {
    const own =
      '  web: { file: deploy/web.service, command: gunicorn b, drain: 5s, boot: 2m, unit: { Nice: 7, TasksMax: 9 }, listen: 80 }\n';
    const limited = { 'deploy/web.service': `${unit}MemoryMax=100M\n` };
    const { target: found, problems } = withFiles(own, limited, nginx);
    expect(problems).toEqual([]);
    expect(found?.services).toEqual([
      {
        name: 'web',
        command: ['gunicorn', 'b'],
        role: 'web',
        drain: 5000,
        boot: 120_000,
        listen: '80',
        unit: ['MemoryMax=100M', 'TasksMax=9', 'Nice=7'],
      },
    ]);
    expect(found?.serviceFiles).toMatchObject([
      { says: [], limits: ['MemoryMax=100M'], instead: ['command', 'drain', 'unit.Nice'] },
    ]);
  });

  test('are wrong together with landfall.yml, each at its own line', () => {
    const services =
      web +
      `  tasks: { file: deploy/app.conf, listen: 80 }
  beat: { file: deploy/none.conf }
  gone: { file: deploy/app.conf }
  cron: { file: deploy/cron.service }
  none: { listen: 81 }
`;
    const cron = { 'deploy/cron.service': '[Service]\nExecStart=python3 cron.py\n' };
    const { problems } = withFiles(services, cron, 'keep: 1\n');
    expect(problems.map(({ where, line, what }) => `${where}:${line ?? '-'} ${what}`)).toEqual([
      'landfall.yml:10 services.none.command: is missing, and there is no `file` that has it',
      expect.stringMatching(/^landfall\.yml:13 keep: /),
    ]);
    const { problems: all } = withFiles(services.replace(/ {2}none.*\n/, ''), cron);
    expect(all.map(({ where, line, what }) => `${where}:${line ?? '-'} ${what}`)).toEqual([
      'deploy/web.service:3 {domain} stands for nothing',
      'landfall.yml:6 services.tasks.listen: nobody asks a worker or a scheduler: `listen` is of web and websocket',
      'landfall.yml:7 services.beat.file: there is no file deploy/none.conf in the checkout',
      'deploy/app.conf:- there is no [program:gone]',
      expect.stringMatching(/^landfall\.yml:9 services\.cron\.role: is missing/),
    ]);
  });

  test('that share a file share what is wrong with it', () => {
    const both = '  tasks: { file: deploy/app.conf }\n  beat: { file: deploy/app.conf }\n';
    const { problems } = withFiles(both, { 'deploy/app.conf': `${programs}[eventlistener:x]\n` });
    expect(problems).toEqual([expect.objectContaining({ where: 'deploy/app.conf', line: 7 })]);
  });

  test('take the time of an undo like others', () => {
    const slow = { 'deploy/web.service': unit.replace('20\n', '10min\nTimeoutStartSec=10min\n') };
    expect(
      withFiles(web, slow, nginx).problems.map(({ where, line, what }) => `${where}:${line ?? '-'} ${what}`),
    ).toEqual([expect.stringMatching(/^landfall\.yml:4 services: an undo could take/)]);
  });

  test('are not asked for where there is no place to run them', () => {
    const { settings, problems } = resolveSettings({
      text: `url: https://example.org\nservices:\n${web}`,
      file,
      overrides: {},
    });
    expect(problems).toEqual([]);
    expect(settings?.services).toEqual([]);
  });
});
