import { describe, expect, test } from '@jest/globals';
import { readService } from './read-service.ts';
import type { Grounds } from './rule.ts';

const grounds: Grounds = {
  service: 'web',
  user: 'deploy',
  roots: ['/srv/app', '/srv/app-landfall/current'],
  shared: '/srv/app-landfall/shared',
  directory: '.',
  environments: ['.venv', 'venv'],
  required: ['DJANGO_SETTINGS_MODULE'],
};
const values = { current: '/srv/app-landfall/current', shared: '/srv/app-landfall/shared' };
const read = (file: string, text: string, given: readonly string[] = [], on: Partial<Grounds> = {}) =>
  readService(file, text, values, { ...grounds, ...on }, new Set(given));
const unit = (...more: Parameters<typeof read> extends [string, ...infer Rest] ? Rest : never) =>
  read('web.service', ...more);
const told = ({ problems }: ReturnType<typeof read>): readonly string[] =>
  problems.map(({ line, what, next }) => `${line ?? '-'} ${what} → ${next ?? ''}`);

describe('units that people have', () => {
  test("gunicorn's, as tutorials have it, with lines that go on", () => {
    const text = `[Unit]
Description=gunicorn daemon
After=network.target postgresql.service
Requires=redis.service

[Service]
# gunicorn can let systemd know when it is ready
Type=notify
NotifyAccess=main
User=deploy
Group=deploy
WorkingDirectory=/srv/app
EnvironmentFile=-/srv/app/.env
Environment="PATH=/srv/app/venv/bin:/usr/bin" DJANGO_SETTINGS_MODULE=config.settings
ExecStart=/srv/app/venv/bin/gunicorn \\
  --workers 3 \\
  # of the machine
  --access-logformat '%%(h)s "%%(r)s" %%({x-forwarded-for}i)s' \\
  ; and this
  --forwarded-allow-ips=* \\
  config.wsgi:application
ExecReload=/bin/kill -s HUP $MAINPID
KillMode=mixed
TimeoutStopSec=1min 5s
TimeoutStartSec=90
MemoryMax=1G
TasksMax=infinity
NoNewPrivileges=true
PrivateTmp=no
Nice=5
Restart=on-failure

[Install]
WantedBy=multi-user.target
Also=other.service
`;
    const { said, settled, problems } = unit(text);
    expect(problems).toEqual([]);
    expect(said).toEqual({
      command: ['gunicorn', '--workers', '3', '--access-logformat', '%(h)s "%(r)s" %({x-forwarded-for}i)s', '--forwarded-allow-ips=*', 'config.wsgi:application'], // prettier-ignore
      drain: 65_000,
      boot: 90_000,
      unit: { MemoryMax: '1024M', NoNewPrivileges: true, Nice: 5 },
    });
    expect(settled.join(' ')).toBe(
      'Description After Requires Type NotifyAccess User Group WorkingDirectory EnvironmentFile Environment ExecReload KillMode TasksMax PrivateTmp Restart',
    );
  });

  test("Celery's, of a directory below the release, with lists that are begun anew", () => {
    const text = `[Service]
WorkingDirectory={current}/backend/
Environment=SECRET=1
Environment=
ExecStart=/usr/bin/false
ExecStart=
ExecStart={current}/backend/.venv/bin/python -m celery -A app worker --statedb={shared}/worker
KillSignal=SIGINT
KillSignal=SIGTERM
`;
    const { said, problems } = unit(text, [], { directory: 'backend' });
    expect(problems).toEqual([]);
    expect(said.command).toEqual('python -m celery -A app worker --statedb=/srv/app-landfall/shared/worker'.split(' '));
  });

  test('a program of the release that is not of the environment keeps its path', () => {
    const command = (path: string, directory = '.') =>
      unit(`[Service]\nExecStart=${path} a`, [], { directory }).said.command?.[0];
    expect(command('{current}/bin/serve')).toBe('/srv/app-landfall/current/bin/serve');
    expect(command('/usr/bin/python3')).toBe('/usr/bin/python3');
    expect(command('daphne')).toBe('daphne');
    expect(command('./serve', 'backend')).toBe('backend/serve');
    expect(command('./serve')).toBe('./serve');
    expect(command('venv/bin/daphne')).toBe('daphne');
  });
});

/** A line below [Service], in a unit that is good without it. */
const beside = (line: string) => unit(`[Unit]\n[Service]\nExecStart=gunicorn x\n${line}\n`);

test.each([
  ['User=root', /User=root: services run as the SSH user, deploy → leave it out$/],
  ['User=app', /User=app: .* → .*ssh: app@…/],
  ['Group=www-data', /in the group of the SSH user/],
  ['WorkingDirectory=/srv/other', /services run in \/srv\/app → say \{current\},/],
  ['EnvironmentFile=/etc/default/app', /no other file/],
  ['Environment=DEBUG=1 "SECRET=a b"', /^4 Environment=…: a service has the variables of \.env, and no other: DEBUG, SECRET → put them into \.env .*require: \[DEBUG, SECRET\]/], // prettier-ignore
  ['Environment=PATH=/opt/bin:/usr/bin', /no other: PATH/],
  ['Environment=PATH=/usr/bin:/srv/app/venv/bin', /no other: PATH/],
  ['Environment=PATH=/usr/bin', /no other: PATH/],
  ['Type=forking', /→ let it stay in the foreground/],
  ['Restart=no', /whenever it ends/],
  ['KillMode=process', /KillMode=mixed/],
  ['KillSignal=SIGINT', /TERM it is/],
  ['TimeoutStopSec=infinity', /never ends → expected at most 10m/],
  ['TimeoutStopSec=0', /never ends/],
  ['TimeoutStopSec=11min', /expected at most 10m: an undo has to wait for it/],
  ['TimeoutStartSec=soon', /is no time/],
  ['MemoryMax=50%', /MemoryMax=50%: .* → expected megabytes/],
  ['Nice=-5', /from 0 to 19/],
  ['ExecStartPre=/bin/mkdir -p /run/app', /runs the service alone → .*hook/],
  ['ExecStop=/bin/rm -rf /', /stopped by TERM/],
  ['RuntimeDirectory=app', /tmpfiles\.d/],
  ['LimitNOFILE=65536', /^4 LimitNOFILE: Landfall knows nothing like it → leave it out; .*drop-in/],
  ['AmbientCapabilities=CAP_NET_BIND_SERVICE', /knows nothing like it/],
  ['WorkingDirectoy=/srv/app', /did you mean WorkingDirectory\?/],
  ['constructor=x', /knows nothing like it/],
  ['Environment', /^4 this line is neither \[SECTION\] nor KEY=VALUE/],
  ['ExecStart=gunicorn y', /^4 .*is a second command/],
  ['[Socket]', /^4 \[Socket\]: a service is all/],
  ['SyslogIdentifier={nice}', /^4 \{nice\} stands for nothing → there are \{current\}, \{shared\}/],
])('%s is refused', (line, expected) => {
  const [first = '', ...more] = told(beside(line));
  expect(first).toMatch(expected);
  expect(more).toEqual([]);
});

test.each([
  ['+/usr/bin/gunicorn x', /\+ before the command is not followed: it would run with other rights/],
  ['!!/usr/bin/gunicorn x', /!! before/],
  ['-gunicorn x', /- before the command is not followed →/],
  ['@gunicorn x', /@ before/],
  [':gunicorn $X', /: before/],
  ['gunicorn "x', /a quote is not closed/],
  ['gunicorn \\q', /\\q is no escape/],
  ['gunicorn $WORKERS', /\$WORKERS holds a variable/],
  ['gunicorn -w${N}', /holds a variable/],
  ['gunicorn --pid=/run/%n.pid', /%n stands for nothing that is known/],
  ['gunicorn x ; rm y', /; is for a shell/],
  ['gunicorn x >> /tmp/log 2>&1', />> is for a shell/],
  ["/bin/bash -c 'source a && gunicorn x'", /a shell \(\/bin\/bash\) stays between/],
  ["/bin/sh -ec 'gunicorn x'", /stays between/],
  ['/usr/bin/sudo -u root gunicorn x', /sudo starts it/],
  ['/usr/bin/env A=1 -u B sudo gunicorn x', /sudo starts it/],
  ['env -i A=1 env B=2 sudo gunicorn x', /sudo starts it/],
  ["/usr/bin/env A=1 sh -c 'gunicorn x'", /a shell \(sh\) stays between/],
  ['../../shared/x', /\.\.\/\.\.\/shared\/x is neither of the release/],
  ['gunicorn a\0b', /a word holds a NUL/],
  ['/opt/env/bin/gunicorn x', /neither of the release nor of the system → .*\{current\}\/\.venv\/bin/],
  ['/srv/app/../other/venv/bin/gunicorn x', /neither of the release/],
  ['/usr/bin/../../opt/x', /neither of the release/],
  ['""', /the command is empty/],
])('ExecStart=%s is refused', (command, expected) => {
  expect(told(unit(`[Service]\nExecStart=${command}\n`))).toEqual([expect.stringMatching(expected)]);
});

// each would show what it holds
describe('nothing of a value is shown', () => {
  const secret = 'hunter2hunter2';
  test.each([
    [
      `Environment=SECRET_KEY=abc ${secret}`,
      'Environment=…: there is a word without NAME= → quote the value: "NAME=a value"',
    ],
    [`Environment=SECRET_KEY = ${secret}`, 'Environment=…: there is a word without NAME='],
    [`Environment=SECRET_KEY="${secret}`, 'Environment=…: its quotes or backslashes cannot be read'],
    [`Environment=SECRET_KEY={hunter}`, 'a name in braces stands for nothing'],
    [`Environment=A=1 \\\n  SECRET_KEY={hunter}`, 'a name in braces stands for nothing'],
    [`Environment=A=1\n"SECRET_KEY=${secret}"`, 'this line: Landfall knows nothing like it'],
    [`${secret}==`, 'this line: Landfall knows nothing like it'],
    [`SetCredential=db:${secret}`, 'SetCredential: Landfall knows nothing like it'],
    [secret, 'this line is neither'],
    [`["${secret}"]`, '[…]: a service is all that is run'],
    [`User=deploy \\\nEnvironment=A=${secret}`, 'User=…: services run as'],
    [`ExecStartPre=/bin/env A=${secret} true`, 'ExecStartPre=…: Landfall runs the service alone'],
    [`ExecStart=\nExecStart=celery -b redis://:${secret}@$HOST/0`, 'ExecStart=…: redis://…@$HOST/0 holds a variable'],
    [`ExecStart=\nExecStart=celery -b redis://%(${secret}@x)s`, 'ExecStart=…: %(…) stands for nothing'],
  ])('%s', (line, expected) => {
    const all = told(beside(line)).join('\n');
    expect(all).toContain(expected);
    expect(all).not.toContain('hunter');
  });

  test.each([
    [`environment=A="1",\nSECRET_KEY="${secret}"`, 'secret_key: Landfall knows nothing like it'],
    [`environment=SECRET_KEY="ab\\"c,${secret}=d"`, 'environment=…: it cannot be read → quote each value'],
    [`environment=SECRET_KEY="a" ${secret}`, 'environment=…: it cannot be read'],
    [`environment=A="1",\n  SECRET_KEY="{hunter}"`, 'a name in braces stands for nothing'],
    [`user=deploy\n  SECRET_KEY=${secret}`, 'user=…: services run as'],
    [secret, 'this line is neither'],
  ])('%s', (line, expected) => {
    const all = told(read('app.conf', `[program:web]\ncommand=gunicorn x\n${line}\n`)).join('\n');
    expect(all).toContain(expected);
    expect(all).not.toContain('hunter');
  });
});

test('a shell that ends in the program is none that stays', () => {
  expect(unit(`[Service]\nExecStart=/bin/sh -c 'exec gunicorn "$$X"'`).said.command).toEqual([
    '/bin/sh',
    '-c',
    'exec gunicorn "$X"',
  ]);
});

test('what landfall.yml says itself is not looked at, and nothing else is needed of it', () => {
  const text = '[Service]\nExecStart=/bin/false $X\nExecStart=x\nTimeoutStopSec=infinity\nMemoryMax=50%\nUser=root\n';
  const { said, problems } = unit(text, ['command', 'drain', 'unit.MemoryMax']);
  expect(said).toEqual({});
  expect(problems.map(({ line }) => line)).toEqual([6]);
});

test('all problems come together, each with its line', () => {
  const text = '[Unit\nx\n[Service]\nUser=root\n\n  ExecStart=+sh \\\n  -c x\nFoo=1\n';
  expect(told(unit(text)).map((one) => one.split(' ', 2).join(' '))).toEqual([
    '1 this',
    '2 this',
    '4 User=root:',
    '6 ExecStart=…:',
    '8 Foo:',
  ]);
  expect(told(unit('[Unit]\nAfter=x\n'))).toEqual(['- there is no [Service] → ']);
  const empty = '[Service]\nExecStart=gunicorn x\nExecStart=\n';
  expect(told(unit(empty))).toEqual(['- [Service] has no ExecStart= → say what the service runs']);
  expect(told(unit('[Service]\nUser=deploy\n'))).toEqual(['- [Service] has no ExecStart= → say what the service runs']);
  expect(told(read('web.socket', ''))).toEqual([expect.stringMatching(/^- its name ends neither/)]);
});

const supervisor = (text: string, given: readonly string[] = []) => read('deployment/app.conf', text, given);

describe('programs that people have', () => {
  const text = `; the programs of the application
[program:web]
command = /srv/app/venv/bin/gunicorn config.wsgi -n %(program_name)s ; by name
  --access-logformat "%%(h)s"
  # of the machine
  --workers 3
directory=/srv/app
user=deploy
numprocs=1
process_name=%(program_name)s
autostart=true
autorestart=unexpected
STOPWAITSECS: 600
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=/srv/app/logs/%(program_name)s.log
environment=PATH="/srv/app/venv/bin:%(ENV_PATH)s",DJANGO_SETTINGS_MODULE='config.settings'

[program:worker]
command=celery -A config worker
numprocs=4
[group:app]
programs=web,worker
`;

  test('several in one file: each service has its own, and those of others do not matter', () => {
    const { said, problems, programs, settled } = supervisor(text);
    expect(problems).toEqual([]);
    expect(programs).toEqual(['web', 'worker']);
    expect(said).toMatchObject({
      command: ['gunicorn', 'config.wsgi', '-n', 'web', '--access-logformat', '%(h)s', '--workers', '3'],
      drain: 600_000,
    });
    expect(settled).toContain('stopasgroup');
  });

  test.each([
    ['command=gunicorn x & ', /& is for a shell/],
    ['command=gunicorn %(here)s', /%\(here\)s stands for nothing that is known/],
    ['command=gunicorn 100%', /% stands for nothing that is known/],
    ['user=root', /run as the SSH user/],
    ['numprocs=2', /a service of its own/],
    ['process_name=%(program_name)s_%(process_num)02d', /leave it out/],
    ['autorestart=false', /whenever it ends/],
    ['stopsignal=QUIT', /TERM it is/],
    ['stopwaitsecs=601', /at most 10m/],
    ['stopwaitsecs=1m', /is no time/],
    ['environment=A="1",B=2', /^5 environment=…: .*no other: A, B → /],
    ['serverurl=http://x', /knows nothing like it → leave it out/],
    ['comand=x', /did you mean command\?/],
    ['[eventlistener:x]', /^5 \[eventlistener:x\]: programs are all/],
    ['[include]', /programs are all/],
    ['[supervisord]', /a supervisord of its own/],
    ['words', /neither \[SECTION\] nor KEY=VALUE/],
  ])('%s is refused', (line, expected) => {
    expect(told(supervisor(`[program:web]\ncommand=gunicorn x\n\n\n${line}\n`))).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test('a service that is no program there is told which there are', () => {
    expect(told(supervisor('[program:app_web]\ncommand=x\n[program:app_worker]\ncommand=y\n'))).toEqual([
      '- there is no [program:web] → name the service as its program is named: app_web, app_worker',
    ]);
  });
});
