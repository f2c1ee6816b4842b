import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker, must } from './engine.ts';
import { ensureImage, type ImageName } from './image.ts';
import { bareKey, generateKey } from './keys.ts';
import { freePort } from './port.ts';

/** A Debian 13 host with systemd, in a container. It reaches no network, and is reached by ports on loopback only. */
export type DebianHost = {
  readonly name: string;
  /** The deploy user's way in, as `hosts.ssh` takes it. */
  readonly ssh: string;
  readonly sshPort: number;
  /** Where port 80 of the host is reached. */
  readonly webPort: number;
  /** Where its port 443 is. */
  readonly tlsPort: number;
  /** `type base64` of its host key. */
  readonly hostKey: string;
  /** The deploy user's private key. */
  readonly key: string;
  /** What a line of sh prints, run by root, or by another user without a login. Throws when it fails. */
  readonly exec: (line: string, user?: string) => Promise<string>;
  /** Copies a folder of this machine onto it; all of it is the deploy user's there. */
  readonly copy: (from: string, to: string) => Promise<void>;
  /** Shut down in order. */
  readonly shutDown: () => Promise<void>;
  /** Shut down in order and started again; resolves when it is up. */
  readonly reboot: () => Promise<void>;
  /** Every process is gone at once. What was written stays, though a disk's cache would not: containers share the machine's. */
  readonly powerCut: () => Promise<void>;
  /** Started again; resolves when it is up. */
  readonly start: () => Promise<void>;
  /** The journal of this boot. */
  readonly logs: () => Promise<string>;
  /** Throws it away, with all that is on it. */
  readonly end: () => Promise<void>;
};

export type HostOptions = {
  readonly image: ImageName;
  /** What is installed on top of it: lines of a Dockerfile. The host itself reaches no network. */
  readonly layer?: string;
  /** It has a Docker engine of its own, which the deploy user may ask. */
  readonly engine?: boolean;
  /** As `docker run --memory` takes it: 512m, as small machines have. */
  readonly memory?: string;
  /** May the deploy user's processes live without a login (`loginctl enable-linger`)? No, as on a new machine. */
  readonly linger?: boolean;
  /** Folder with wheels for pip, which has no other index there. */
  readonly wheels?: string;
  /** Is told what takes long. */
  readonly say?: (line: string) => void;
};

/** Says of a container which process started it, so that those of one can be thrown away together. */
const label = 'landfall-lab';
let hosts = 0;

/** Does an SSH server greet there? Docker's proxy takes a connection before anybody listens behind it. */
const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => {
      end(false);
    });
    socket.once('data', (bytes: Buffer) => {
      end(bytes.toString().startsWith('SSH-'));
    });
    socket.once('error', () => {
      end(false);
    });
    socket.once('close', () => {
      end(false);
    });
  });

/** What systemd needs in a container that is not `--privileged`: found by trial (Debian 12, cgroup v1). */
export const rights = [
  ...['--cap-add', 'ALL', '--cap-drop', 'SYS_RESOURCE'],
  ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined', '--cgroupns=private'],
  ...['--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp'],
  // systemd's word for an orderly shutdown; to SIGTERM it only starts itself anew
  ...['--stop-signal', 'SIGRTMIN+3'],
];

/** What a host with an engine of its own has on top. It is started by hand: at boot it could not yet write where it must. */
const engineLayer = `RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends docker.io docker-cli iptables \\
 && systemctl disable docker.service docker.socket containerd.service && usermod -aG docker deploy && : >/etc/machine-id`;

/** Lets an engine in a container write its cgroups and switches, then starts it: found by trial (Debian 12 around it, cgroup v1). */
const startEngine = `
mount -o remount,bind,rw /sys/fs/cgroup
for one in /sys/fs/cgroup/*; do
  ! mountpoint -q "$one" || mount -o remount,bind,rw "$one"
done
mount -o remount,bind,rw /proc/sys
systemctl start docker
`;

/** Starts a host, from an image that is made where it is missing; about 8 s. Throws when it does not come up. */
export const startHost = async ({
  image,
  layer: own,
  engine = false,
  memory = engine ? '1g' : '512m',
  linger = false,
  wheels,
  say = () => undefined,
}: HostOptions): Promise<DebianHost> => {
  const layers = [...(engine ? [engineLayer] : []), ...(own === undefined ? [] : [own])];
  const tag = await ensureImage(image, say, layers.length === 0 ? undefined : layers.join('\n'));
  hosts += 1;
  const name = `landfall-lab-${process.pid}-${hosts}`;
  const { privateKey: key, publicKey } = generateKey('deploy');
  const [sshPort, webPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
  const exec = (line: string, user = 'root'): Promise<string> =>
    must(docker(['exec', '--user', user, name, 'sh', '-c', line]), `\`${line}\` on ${name}`);
  const logs = async (): Promise<string> => {
    const { stdout, stderr } = await docker(['exec', name, 'journalctl', '--no-pager', '--quiet']);
    return `${stdout}${stderr}`;
  };
  const end = async (): Promise<void> => {
    await docker(['rm', '--force', '--volumes', name]);
  };
  /** Waits until systemd has started all that it should, and sshd greets. */
  const up = async (): Promise<void> => {
    // it waits there: to ask again and again takes a good part of a core from what boots. Without an answer systemd itself is not there yet
    const wait = ['timeout', '60', 'systemctl', 'is-system-running', '--wait'];
    const until = performance.now() + 300_000;
    let state = '';
    while (performance.now() < until) {
      state = (await docker(['exec', name, ...wait])).stdout.trim();
      if (state === 'running' && (await greets(sshPort))) return;
      if (state === 'degraded') break;
      await sleep(200);
    }
    const { stdout } = await docker(['exec', name, 'systemctl', '--failed', '--no-legend']);
    throw new Error(
      `${name} is ${state || 'not up'}: ${stdout.trim()}\n${(await logs()).split('\n').slice(-20).join('\n')}`,
    );
  };
  const start = async (): Promise<void> => {
    await must(docker(['start', name]), 'docker start');
    await up();
  };
  try {
    await must(
      docker([
        ...[
          'run',
          '--detach',
          '--name',
          name,
          '--hostname',
          name,
          '--label',
          `${label}=${process.pid}`,
          '--memory',
          memory,
          ...rights,
        ],
        ...['--publish', `127.0.0.1:${sshPort}:22`, '--publish', `127.0.0.1:${webPort}:80`],
        ...['--publish', `127.0.0.1:${tlsPort}:443`],
        ...(engine ? ['--volume', '/var/lib/docker', '--volume', '/var/lib/containerd'] : []),
        ...(wheels === undefined ? [] : ['--volume', `${wheels}:/opt/wheels:ro`]),
        tag,
      ]),
      'docker run',
    );
    await up();
    const keys = '/home/deploy/.ssh/authorized_keys';
    await exec(`echo '${publicKey}' >${keys} && chown deploy: ${keys} && chmod 600 ${keys}`);
    if (engine) await exec(startEngine);
    if (linger) await exec('loginctl enable-linger deploy');
    const hostKey = bareKey((await exec('cat /etc/ssh/ssh_host_ed25519_key.pub')).trim());
    const copy = async (from: string, to: string): Promise<void> => {
      await must(docker(['cp', from, `${name}:${to}`]), 'docker cp');
      await exec(`chown -R deploy: ${to}`);
    };
    const shutDown = async (): Promise<void> => {
      await must(docker(['stop', '--time', '60', name]), 'docker stop');
    };
    const reboot = async (): Promise<void> => {
      await shutDown();
      await start();
    };
    const powerCut = async (): Promise<void> => {
      await must(docker(['kill', name]), 'docker kill');
    };
    const ssh = `deploy@127.0.0.1:${sshPort}`;
    const ports = { sshPort, webPort, tlsPort };
    return { name, ssh, ...ports, hostKey, key, exec, copy, shutDown, reboot, powerCut, start, logs, end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
};

/** Throws away all hosts that this process has started, and those of processes that were killed before they could. */
export const endHosts = async (): Promise<void> => {
  const format = `{{.ID}} {{.Label "${label}"}}`;
  const { stdout } = await docker(['ps', '--all', '--format', format, '--filter', `label=${label}`]);
  const ids = stdout.split('\n').flatMap((line) => {
    const [id, pid] = line.split(' ');
    const lives = pid !== String(process.pid) && existsSync(`/proc/${pid ?? ''}`);
    return id === undefined || pid === undefined || lives ? [] : [id];
  });
  if (ids.length > 0) await docker(['rm', '--force', '--volumes', ...ids]);
};
