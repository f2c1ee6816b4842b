/** docs/setup.md: an empty Debian host, made ready by the script that the first deploy prints, and deployed to. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setupScript } from '#setup';
import { makeRepository, type Repository } from '../apps/spine/repository.ts';
import { reading } from '../docs/sections.ts';
import { markOf } from '../kill/host.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { difference } from '../lab/difference.ts';
import { ensureWheels } from '../lab/wheels.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { startJob, workflowRun, type StepEnd } from '../runner/index.ts';
import { packageArchive } from './archive.ts';
import { demand, playIn, type Play } from './play.ts';

const root = join(import.meta.dirname, '../..');
const requirements = join(root, 'test/apps/spine/source/requirements.txt');
const [path, base] = ['/srv/notes', '/srv/notes-landfall'];

const archive = packageArchive('python3-venv', 'supervisor', 'sudo');

const yaml = ({ ssh, hostKey }: DebianHost): string => `hosts: { ssh: ${ssh}, key: ${hostKey} }
path: ${path}
services:
  web: { command: gunicorn --config gunicorn.conf.py spine.wsgi, listen: "127.0.0.1:8000", drain: 5s }
env: { require: [SECRET_KEY, PORT] }
smoke:
  - { get: "http://127.0.0.1:8000/health/", from: host, json: { status: ok }, within: 30s }
`;

type Said = { readonly code: number; readonly text: string };

/** An empty host, a repository that is to be deployed to it, and root at its keyboard. */
type Empty = {
  readonly host: DebianHost;
  /** A deploy by a run of its own. */
  readonly deploy: (more?: Readonly<Record<string, string>>) => Promise<StepEnd>;
  /** What a text of sh says as root, in root's home directory, and with which code it ends. */
  readonly type: (text: string) => Promise<Said>;
  /** Puts a script where root will run it. */
  readonly save: (script: string) => Promise<void>;
  /** Every file of the host, with its rights, owner, size and times. Logs are left out. */
  readonly files: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};

const guide = reading('setup');
const [check = '', run = ''] = guide.of('Running it', 'sh');
const [sudoLine = ''] = guide.of('Units of the system', 'text');

const prepare = async ({ show, dist }: ProofOptions): Promise<Empty> => {
  const wheels = await ensureWheels(readFileSync(requirements, 'utf8'), show);
  const dir = mkdtempSync(join(tmpdir(), 'landfall-setup-'));
  const host = await startHost({ image: 'base', layer: archive, wheels, say: show });
  const end = async (): Promise<void> => {
    await host.end();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    // the image has a deploy user; an empty host has none
    await host.exec('userdel --remove deploy 2>/dev/null');
    const repository: Repository = makeRepository(join(dir, 'checkout'), { change: { 'landfall.yml': yaml(host) } });
    const temp = join(dir, 'runner');
    mkdirSync(temp);
    let runs = 0;
    return {
      host,
      end,
      deploy: async (more = {}) => {
        runs += 1;
        const workflow = workflowRun({ sha: repository.head(), runId: String(1000 + runs), runNumber: runs });
        const job = startJob({ dist, root, run: workflow, workspace: repository.dir, temp });
        const variables = [
          'SECRET_KEY=a-long-random-string-for-the-lab-only-77d2',
          'PORT=8000',
          'ALLOWED_HOSTS=127.0.0.1',
        ];
        const ended = await job.uses('deploy-over-ssh', {
          inputs: { 'ssh-key': host.key, 'env-file': variables.join('\n'), ...more },
        });
        await job.finish();
        if (ended === undefined) throw new Error('the deploy was skipped');
        return ended;
      },
      type: async (text) => {
        const said = await host.exec(`cd /root; (\n${text.trim()}\n) 2>&1; echo "code $?"`);
        const [, all = '', code = ''] = /^([^]*?)code (\d+)\n$/.exec(said) ?? [];
        return { code: Number(code), text: all.trim() };
      },
      save: async (script) => {
        await host.exec(`cat >/root/setup.sh <<'END_OF_SETUP'\n${script}END_OF_SETUP`);
      },
      files: async () =>
        (
          await host.exec(
            `find / -xdev \\( -path /var/log -o -path /opt/wheels \\) -prune -o -printf '%p %M %u %g %s %T@ %C@ %l\\n'`,
          )
        ).split('\n'),
    };
  } catch (thrown) {
    await end();
    throw thrown;
  }
};

/** Types it, and demands that no file of the host is another one afterwards. */
const typeIdly = async (place: Empty, text: string): Promise<Said> => {
  const before = await place.files();
  const said = await place.type(text);
  const changed = difference(before, await place.files());
  demand(before.length > 1000 && changed.length === 0, () => `\`${text.trim()}\` changed:\n${changed.join('\n')}`);
  return said;
};

const demandSaid = (said: Said, code: number, ...texts: readonly string[]): void => {
  const missing = texts.filter((text) => !said.text.split('\n').includes(`setup: ${text}`));
  demand(said.code === code && missing.length === 0, () => `it ended with ${said.code} and said:\n${said.text}`);
};

const idle = 'all is there: nothing was changed';

/** The script that came with the fault of a deploy, which must be this one. */
const scriptOf = ({ outputs }: StepEnd, code: string): string => {
  type Told = { readonly fault?: { readonly code: string; readonly setup?: string } };
  const { fault } = JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as Told;
  if (fault?.code !== code || fault.setup === undefined)
    throw new Error(`the deploy ended with ${JSON.stringify(fault)}`);
  return fault.setup;
};

const setUp: readonly Play<Empty>[] = [
  {
    name: 'a deploy to an empty host is refused, and brings the script',
    play: async (place) => {
      const script = scriptOf(await place.deploy(), 'SSH_REFUSED');
      await place.save(script);
      return `${script.split('\n').length} lines`;
    },
  },
  {
    name: '--check names what is missing, and changes nothing',
    play: async (place) => {
      const said = await typeIdly(place, check);
      const lacks = [
        'the packages python3 python3-venv ',
        'the user deploy',
        'the deploy key of deploy, for logins',
        'a life without a login for the processes of deploy',
        `the folder ${base}, which is deploy's`,
        `the link ${path}, to ${base}/current`,
      ];
      demandSaid(said, 1, ...lacks.map((lack) => `missing: ${lack}`));
      return `${said.text.match(/missing:/g)?.length ?? 0} things`;
    },
  },
  {
    name: 'one run makes all of it, and asks nothing',
    play: async (place) => {
      const said = await place.type(run);
      demandSaid(said, 0, 'the host is ready');
      demandSaid(await typeIdly(place, check), 0, idle);
      return `${said.text.match(/^setup: making/gm)?.length ?? 0} things made`;
    },
  },
  {
    name: 'a second run changes nothing, and says so',
    play: async (place) => {
      demandSaid(await typeIdly(place, run), 0, idle);
      return idle;
    },
  },
];

const deployed: readonly Play<Empty>[] = [
  {
    name: 'the first deploy goes through, and its services are units of the deploy user',
    play: async (place) => {
      const { outputs, log } = await place.deploy();
      demand(outputs['result'] === 'done', () => log.slice(-20).join('\n'));
      const status = await place.host.exec(`sh ${base}/.landfall/status`, 'deploy');
      demand(/^process +web \d+ on \S+: ok$/m.test(status) && status.includes('recovers by itself'), () => status);
      const units = await place.host.exec(
        `XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user list-units --plain --no-legend 'landfall-*-web.service'`,
        'deploy',
      );
      demand(/ active +running /.test(units), () => units);
      demandSaid(await place.type(check), 0, idle);
      return outputs['release'] ?? '';
    },
  },
  {
    name: 'a second deploy changes nothing',
    play: async (place) => {
      const { outputs, log } = await place.deploy();
      demand(outputs['result'] === 'unchanged', () => log.slice(-20).join('\n'));
      return 'unchanged';
    },
  },
  {
    name: 'a dry run on a host that has lost what root made brings the script, which makes that again',
    play: async (place) => {
      await place.host.exec(`rm ${path}`);
      await place.save(scriptOf(await place.deploy({ 'dry-run': 'true' }), 'PREFLIGHT'));
      demandSaid(await typeIdly(place, check), 1, `missing: the link ${path}, to ${base}/current`);
      demandSaid(await place.type(run), 0, `making the link ${path}, to ${base}/current`, 'the host is ready');
      const { outputs, log } = await place.deploy();
      demand(outputs['result'] === 'unchanged', () => log.slice(-20).join('\n'));
      return `${path} is there again`;
    },
  },
];

/** What root's program and the line of sudo are, for the mark of a base. */
const rights = (of: string): readonly string[] => [
  `making /usr/local/sbin/landfall-${markOf(of)}, which does for third what only root can`,
  `making /etc/sudoers.d/landfall-${markOf(of)}, by which third may call it`,
];

const script = (over: Partial<Parameters<typeof setupScript>[0]>): string =>
  setupScript({
    user: 'other',
    key: '',
    path: '/srv/other',
    base: '/srv/other-landfall',
    python: 'python3',
    manager: '',
    domains: '',
    ...over,
  });

const guarded: readonly Play<Empty>[] = [
  {
    name: 'root writes nothing where a link of the deploy user leads',
    play: async (place) => {
      const { host } = place;
      await host.exec('echo untouched >/etc/victim && chmod 644 /etc/victim && mkdir -m 777 /etc/victims');
      await host.exec('cd ~/.ssh && mv authorized_keys kept && ln -s /etc/victim authorized_keys', 'deploy');
      demandSaid(await place.type(run), 1, "could not make the deploy key of deploy, for logins. What was made before stays; run again, this goes on from here"); // prettier-ignore
      demand((await host.exec('cat /etc/victim')) === 'untouched\n', () => 'another file was written to');
      await host.exec('cd ~/.ssh && rm authorized_keys && mv kept authorized_keys', 'deploy');
      demandSaid(await place.type(run), 0, idle);
      return '/etc/victim is untouched';
    },
  },
  {
    name: 'where something is in the way, nothing is made',
    play: async (place) => {
      await place.host.exec('mkdir /srv/other /srv/other-landfall; touch /srv/other/file /srv/other-landfall/file');
      await place.save(script({}));
      const said = await typeIdly(place, run);
      demandSaid(
        said,
        1,
        'in the way: /srv/other is there and is not a link to /srv/other-landfall/current: set another path, or move it away yourself',
        "in the way: /srv/other-landfall is there and is not other's: set another base, or move it away yourself",
        'nothing was changed',
      );
      await place.host.exec('rm -r /srv/other /srv/other-landfall/file');
      return 'a folder at path, and one at base';
    },
  },
  {
    name: 'a second application gets a user of its own, the empty folder that is there, and supervisor, which it asks for',
    play: async (place) => {
      await place.save(script({ manager: 'supervisor' }));
      const said = await place.type(run);
      demandSaid(said, 0, 'making the packages supervisor ', 'the host is ready');
      demandSaid(await typeIdly(place, run), 0, idle);
      const owner = await place.host.exec('command -v supervisord >/dev/null; stat -c %U /srv/other-landfall');
      demand(owner.trim() === 'other', () => owner);
      return said.text.split('\n').at(-1) ?? '';
    },
  },
];

const systemUnits: readonly Play<Empty>[] = [
  {
    name: 'a third one, whose services are to be units of the system, gets sudo, one program of root’s, and one line to call it by',
    play: async (place) => {
      const third = { user: 'third', path: '/srv/third', base: '/srv/third-landfall', manager: 'system' } as const;
      await place.save(script(third));
      const program = `/usr/local/sbin/landfall-${markOf(third.base)}`;
      const said = await place.type(run);
      demandSaid(said, 0, 'making the packages sudo ', ...rights(third.base), 'the host is ready');
      demandSaid(await typeIdly(place, run), 0, idle);
      const line = await place.host.exec(`tail -n 1 /etc/sudoers.d/landfall-${markOf(third.base)}`);
      const told = sudoLine.replace('deploy', 'third').replaceAll('1234567890', markOf(third.base));
      demand(line.trim() === told.trim(), () => `the line of sudo is ${line}, not as told: ${told}`);
      const ask = `echo version | sudo -n ${program}`;
      demand((await place.host.exec(ask, 'third')) === 'version=1\n', () => 'sudo does not let third call it');
      const others = await place.host.exec(`${ask} 2>&1 || true`, 'other');
      demand(!others.includes('version=1'), () => `sudo lets another user call it: ${others}`);
      return program;
    },
  },
  {
    name: 'an older one of its own is brought up to date; what is not Landfall’s is in the way',
    play: async (place) => {
      const of = '/srv/third-landfall';
      const [program, line] = [`/usr/local/sbin/landfall-${markOf(of)}`, `/etc/sudoers.d/landfall-${markOf(of)}`];
      await place.host.exec(`sed -i '/^IFS/d' ${program}; chmod 644 ${line}`);
      demandSaid(await place.type(run), 0, ...rights(of), 'the host is ready');
      await place.host.exec(`cp ${program} /root/kept; sed -i 's|^target=.*|target=/srv/elsewhere|' ${program}`);
      demandSaid(
        await typeIdly(place, run),
        1,
        `in the way: ${program} is there and is not Landfall's for ${of}: move it away yourself`,
      );
      await place.host.exec(`mv /root/kept ${program}; chmod 775 /usr/local/sbin`);
      demandSaid(
        await typeIdly(place, run),
        1,
        'in the way: others than root may write to /usr/local/sbin, /etc/sudoers.d or a folder above: let root alone do that',
      );
      await place.host.exec('chmod 755 /usr/local/sbin');
      demandSaid(await typeIdly(place, run), 0, idle);
      return program;
    },
  },
];

/** An empty host becomes one that is deployed to: by the script, as docs/setup.md has it run. */
export const setup = (options: ProofOptions): Promise<ProofEnd> => {
  guide.of('The script', 'sh');
  guide.end();
  return playIn(
    {
      title: 'setup',
      show: options.show,
      prepare: () => prepare(options),
      about: ({ host }) => host.exec('getent passwd; ls -la /srv /home/*/.ssh; tail -n 20 /var/log/apt/term.log'),
    },
    [...setUp, ...deployed, ...guarded, ...systemUnits],
  );
};
