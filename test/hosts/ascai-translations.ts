import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '#plan';
import { markOf } from '../kill/host.ts';
import { ask } from './ascai-client.ts';
import { path } from './ascai-machine.ts';
import type { AscaiSite } from './ascai-site.ts';
import { demand, demandWhole, type Play } from './play.ts';
import { setUpUnits } from './set-up-units.ts';

const italian = 'locale/it/LC_MESSAGES/django.po';

/** What the home page says to who reads Italian. */
const home = async ({ url, authority: ca }: AscaiSite): Promise<string> =>
  (await ask(`${url}/`, { ca, headers: { 'accept-language': 'it' } })).text;

type Ended = { readonly report: Report; readonly log: string };

const deploy = async (site: AscaiSite, more: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const job = site.job();
  const end = await job.uses('deploy-over-ssh', site.deploy(more));
  await job.finish();
  if (end === undefined) throw new Error('the step was skipped');
  return { report: JSON.parse(readFileSync(end.outputs['report'] ?? '', 'utf8')) as Report, log: end.log.join('\n') };
};

/** All that a refused deploy must leave as it was: the transaction, the journal, what is live, and which releases there are. */
const standing = ({ host, base }: AscaiSite): Promise<string> =>
  host.exec(`cd ${base}; cat .landfall/transaction .landfall/journal.jsonl; readlink current; ls -A releases staging`);

/** A deploy that must be red with this code, say how it is mended, and change nothing. Gives what it said. */
const refused = async (site: AscaiSite, code: string, mending: RegExp): Promise<Report> => {
  const [live, before] = [(await site.state()).current, await standing(site)];
  const { report, log } = await deploy(site);
  demand(
    report.fault?.code === code && mending.test(log),
    () => `nobody says ${code} and ${String(mending)}: ${log.split('\n').slice(-25).join('\n')}`,
  );
  const after = await standing(site);
  demand(after === before, () => `a refused deploy has changed something: ${after}`);
  await demandWhole(site, live);
  return report;
};

export const translations: Play<AscaiSite> = {
  name: 'A9: a changed .po shows on the Italian page; a broken .po, a missing gettext, a missing sudo right: each refused with the mending line',
  play: async (site) => {
    const { host, repository, base } = site;
    const po = readFileSync(join(repository.dir, italian), 'utf8');
    const before = await home(site);
    demand(/<h1>\d+ soci</.test(before), () => before);
    repository.commit('Call them ours', { [italian]: po.replace('d soci"', 'd nostri soci"') });
    const { report, log } = await deploy(site);
    demand(report.result === 'done', () => `the deploy is ${report.result}: ${log}`);
    await demandWhole(site, report.release ?? '');
    const [, shown = ''] = /<h1>(.*?)</.exec(await home(site)) ?? [];
    demand(/^\d+ nostri soci$/.test(shown), () => `the page says ${shown}`);

    repository.commit('Break it', { [italian]: `${po}\nmsgid "open\n` });
    const line = po.split('\n').length + 1;
    const mend = /compilemessages failed: mend each \.po file at the line that it names/;
    const broken = await refused(site, 'APPLICATION_FAILED', mend);
    const named = broken.fault?.said.find((one) => one.includes(`django.po:${line}: `)) ?? '';
    demand(named !== '', () => `line ${line} is not named: ${broken.fault?.said.join('; ') ?? ''}`);
    repository.commit('Mend it', { [italian]: po });

    await host.exec('mv /usr/bin/msgfmt /usr/bin/msgfmt.kept');
    await refused(site, 'PREFLIGHT', /missing program: msgfmt, .*sudo apt-get install -y gettext/s);
    await host.exec('mv /usr/bin/msgfmt.kept /usr/bin/msgfmt');

    await setUpUnits(host, path);
    const rule = `/etc/sudoers.d/landfall-${markOf(base)}`;
    await host.exec(`rm ${rule}`);
    site.describe((text) => `${text}manager: system\n`);
    const told = /may not have the host's systemd run the services .*run the setup script as root/s;
    const { setup = '' } = (await refused(site, 'PREFLIGHT', told)).fault ?? {};
    // as told: the script that came with the fault, once as root
    await host.exec(`sh -s <<'END_OF_SETUP'\n${setup}END_OF_SETUP\n`);
    demand((await host.exec(`cat ${rule}`)).includes('NOPASSWD'), () => 'the script did not bring the rule back');
    const planned = await deploy(site, { 'dry-run': 'true' });
    demand(planned.report.result === 'planned', () => `it is ${planned.report.result}: ${planned.log}`);
    site.describe((text) => text.replace('manager: system\n', ''));
    return `${shown}; ${named.trim()}`;
  },
};
