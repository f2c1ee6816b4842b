/** The guides, walked through on an empty Debian host, what root does there included. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setupScript } from '#setup';
import { walkGuides, type Server } from '../docs/guides.ts';
import { startHost, type DebianHost } from '../lab/debian-host.ts';
import { ensureWheels } from '../lab/wheels.ts';
import { tally, type ProofEnd, type ProofOptions } from '../proof/tally.ts';
import { bootUnits } from './boot.ts';
import { demand } from './play.ts';

const requirements = join(import.meta.dirname, '../apps/spine/source/requirements.txt');

/** What the guide installs is part of the image, for hosts reach no network; all else is typed on the host. */
const installed = (text: string): string =>
  `RUN export DEBIAN_FRONTEND=noninteractive; set -e; ${text.trim().replaceAll('\n', '; ')}; : >/etc/machine-id\n`;

const [path, base] = ['/srv/app', '/srv/app-landfall'];
const waits = `/etc/systemd/system/${bootUnits({ base }).waits}`;

/** The script finds all that the guide has made by hand, and has nginx wait beside. */
const alsoByScript = async (root: Server['root'], key: string): Promise<void> => {
  const script = setupScript({ user: 'deploy', key, path, base, python: 'python3', manager: '', domains: '' });
  const said = await root(`sh -s <<'END_OF_SETUP'\n${script}END_OF_SETUP`);
  const made = said.split('\n').filter((line) => line.startsWith('setup: making '));
  demand(made.length === 1 && made[0]?.includes(waits) === true, () => said);
};

const setUp = async (
  publicKey: string,
  [install = '', ...blocks]: readonly string[],
  say: (line: string) => void,
): Promise<{ host: DebianHost; server: Server }> => {
  const wheels = await ensureWheels(readFileSync(requirements, 'utf8'), say);
  const host = await startHost({ image: 'base', layer: installed(install), wheels, say });
  const root: Server['root'] = (text) => host.exec(`set -e\n${text}`);
  // the image has a deploy user already: the guide makes its own
  await root('userdel --remove deploy 2>/dev/null');
  let fingerprint: string | undefined;
  for (const text of blocks) {
    const said = await root(
      text.replace('ssh-ed25519 AAAA… deploy', publicKey).replace('server_name example.org', 'server_name 127.0.0.1'),
    );
    fingerprint = /SHA256:\S+/.exec(said)?.[0] ?? fingerprint;
  }
  await alsoByScript(root, publicKey);
  const known = fingerprint === undefined ? {} : { fingerprint };
  return { host, server: { port: host.sshPort, url: `http://127.0.0.1:${host.webPort}`, root, ...known } };
};

export const guides = async ({ show, dist }: ProofOptions): Promise<ProofEnd> => {
  const counts = tally({ show });
  const dir = mkdtempSync(join(tmpdir(), 'landfall-guides-'));
  let host: DebianHost | undefined;
  let why = '';
  try {
    await walkGuides({
      dir,
      dist,
      say: show,
      open: async (publicKey, blocks) => {
        const ready = await setUp(publicKey, blocks, show);
        host = ready.host;
        return ready.server;
      },
    });
    const left = await host?.exec('find /etc/systemd/system -name "landfall-*"');
    demand(left === '', () => `after leaving there is ${left ?? 'no host'}`);
  } catch (thrown) {
    why = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    await host?.end();
    rmSync(dir, { recursive: true, force: true });
  }
  counts.held('guides: the first deploy, GitHub down and leaving, as they are written', why === '', () => why);
  return counts.end();
};
