import type { Manager } from '#plan';
import { pairs, type Pair } from '../proof/race-bundles.ts';
import { linesOf, overlaps } from '../proof/race-journal.ts';
import type { ProofEnd, ProofOptions } from '../proof/tally.ts';
import { demand, demandWhole, playAll, type Play } from './play.ts';

const first: Play = {
  name: 'a first deploy is done',
  play: async (site) => (await site.deployed('First')).outputs['release'] ?? '',
};

const raced = ({ says, start, may }: Pair): Play => ({
  name: `at once: ${says}`,
  play: async (site) => {
    site.commit(`Race: ${says}`);
    const results = (await Promise.all(start(site, site.nextRun))).join(', ');
    demand(may.test(results), () => `they came to ${results}`);
    const journal = linesOf(await site.host.exec(`cat ${site.base}/.landfall/journal.jsonl`, 'deploy'));
    const overlapping = overlaps(journal);
    demand(overlapping.length === 0, () => overlapping.join('; '));
    const live = journal.findLast(({ e }) => e === 'confirmed')?.release ?? '';
    await demandWhole(site, live);
    return results;
  },
});

/** Runs that start at once, each kind once (the proof of races has some of them many times), through the built bundles: by the host's journal no two transactions overlap, and the last one confirmed serves. */
export const races =
  (manager: Manager) =>
  (options: ProofOptions): Promise<ProofEnd> =>
    playAll({ ...options, linger: manager === 'systemd', manager, title: `races under ${manager}` }, [
      first,
      ...pairs.map(raced),
    ]);
