/** `npm run test:lab [-- NAME...]`: what is proven on Debian hosts with systemd, in containers of the lab (scripts/lab starts its engine). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptAscai } from '../test/hosts/adopt-ascai.ts';
import { adoptFiletoapi } from '../test/hosts/adopt-filetoapi.ts';
import { adoptGanglioside } from '../test/hosts/adopt-ganglioside.ts';
import { ascaiDeploy } from '../test/hosts/ascai-deploy.ts';
import { ascaiLimits } from '../test/hosts/ascai-limits.ts';
import { ascai } from '../test/hosts/ascai.ts';
import { ganglioside } from '../test/hosts/ganglioside.ts';
import { bootstrap } from '../test/hosts/bootstrap.ts';
import { guides } from '../test/hosts/guides.ts';
import { images } from '../test/hosts/images.ts';
import { networks } from '../test/hosts/networks.ts';
import { races } from '../test/hosts/races.ts';
import { reboots } from '../test/hosts/reboots.ts';
import { setup } from '../test/hosts/setup.ts';
import { spine } from '../test/hosts/spine.ts';
import { system } from '../test/hosts/system.ts';
import { systemd } from '../test/hosts/systemd.ts';
import { units } from '../test/hosts/units.ts';
import { endHosts } from '../test/lab/debian-host.ts';
import { labMissing } from '../test/lab/image.ts';
import type { ProofEnd, ProofOptions } from '../test/proof/tally.ts';
import { keptBundle } from './kept-bundle.ts';

/** The longest first, so that none of them is played alone at the end. */
const proofs: Readonly<Record<string, (options: ProofOptions) => Promise<ProofEnd>>> = {
  'adopt-ascai': adoptAscai,
  ganglioside,
  'adopt-ganglioside': adoptGanglioside,
  'ascai-deploy': ascaiDeploy,
  'reboots-systemd': reboots('systemd'),
  'reboots-supervisor': reboots('supervisor'),
  'adopt-filetoapi': adoptFiletoapi,
  units,
  'ascai-limits': ascaiLimits,
  spine,
  bootstrap,
  systemd,
  networks,
  images,
  system,
  ascai,
  'races-systemd': races('systemd'),
  'races-supervisor': races('supervisor'),
  guides,
  setup,
};

/** How many are played at a time: three keep two cores busy, for each host has some 30 processes of its own. */
const lanes = 3;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in proofs));
if (unknown.length > 0) {
  print(`There is no proof called ${unknown.join(', ')}; there are: ${Object.keys(proofs).join(', ')}.`);
  process.exit(1);
}
const wanted = Object.entries(proofs).filter(([name]) => named.length === 0 || named.includes(name));
const missing = await labMissing();
if (missing !== undefined) {
  for (const [name] of wanted) print(`${name}: left out: ${missing}`);
  print(`lab: 0 passed, 0 failed, ${wanted.length} skipped`);
  process.exit(0);
}

const temp = mkdtempSync(join(tmpdir(), 'lab-'));
process.env['TMPDIR'] = temp;
const end = async (): Promise<void> => {
  await endHosts();
  rmSync(temp, { recursive: true, force: true });
};
const stop = (): void => {
  void end().finally(() => process.exit(130));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

// the bundles of the sources as they are, apart from dist/
const dist = join(temp, 'dist');
let passed = 0;
let failed = 0;
try {
  await keptBundle(join(import.meta.dirname, '..'), dist);
  const rest = [...wanted];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const [name, prove] = next;
      const began = performance.now();
      const show = (line: string): void => {
        for (const one of line.split('\n')) print(`${name} │ ${one}`);
      };
      try {
        const came = await prove({ show, dist });
        passed += came.passed;
        failed += came.failed;
        show(`━━ ${came.passed} held, ${came.failed} did not (${((performance.now() - began) / 1000).toFixed(0)} s)`);
      } catch (thrown) {
        failed += 1;
        show(`✗ broke off: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
      }
    }
  };
  // each on a host of its own
  await Promise.all(Array.from({ length: lanes }, lane));
} finally {
  await end();
}
print(`lab: ${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
