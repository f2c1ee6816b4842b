import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '#journal';
import type { RunContext } from '#plan';
import { programs, residentBody } from '#remote';
import { claim } from '../../../packages/operations/open.ts';
import { hostileText, sample } from '../hostile.ts';
import type { Tally } from '../tally.ts';
import { through, type HostShell } from './shell.ts';

const openings = 40;

const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');

/** Lines of key=value, the first `=` divides; a key that stands there twice has both. */
const linesOf = (text: string): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const at = line.indexOf('=');
    const key = line.slice(0, at);
    found.set(key, [...(found.get(key) ?? []), line.slice(at + 1)]);
  }
  return found;
};

/** Who opens, and why, is data: in the transaction, in the journal, and when it is read again. */
export const provesClaim = async (shells: readonly HostShell[], cwd: string, canary: string, counts: Tally) => {
  const texts = sample(hostileText(canary), openings * 5, 6);
  const { open, look } = programs;
  for (const shell of shells) {
    const root = join(cwd, `claims of ${shell.name}`);
    mkdirSync(root);
    const base = join(root, 'notes-landfall');
    let seen = '0:none::';
    for (let at = 0; at < openings; at++) {
      const [actor = '', url = '', reason = '', workflow = '', repository = ''] = texts.slice(at * 5);
      const driver = `d${at}`;
      const context: RunContext = {
        repository, workflow, actor, url, driver, token: 't', runId: String(at), attempt: 1, runNumber: at + 1,
      }; // prettier-ignore
      const input = {
        base,
        path: join(root, 'notes'),
        seen,
        how: 'anew' as const,
        kind: 'deploy' as const,
        release: 'abc1234-0000',
        limit: 60,
        claim: claim({ context }, { commit: 'step', release: 'abc1234-0000', reason }),
      };
      const ran = await through(shell, open.args(input), open.text, { cwd, body: residentBody });
      const what = `${shell.name}, claim ${at}`;
      counts.held(`${what}: opens`, ran.code === 0, () => ran.said);
      if (ran.code !== 0) break;
      seen = `${at + 1}:open:${driver}:`;
      const stored = linesOf(readFileSync(join(base, '.landfall/transaction'), 'utf8'));
      for (const [key, value] of Object.entries({ actor, url, reason, repository, driver, release: input.release })) {
        const held = stored.get(key) ?? [];
        // `release` stands there twice, alike: as what is opened, and in the claim
        const times = key === 'release' ? 2 : 1;
        counts.held(`${what}: ${key}`, held.length === times && held.every((one) => one === oneLine(value)), () =>
          JSON.stringify({ wanted: oneLine(value), held }),
        );
      }
      const { events, damaged } = readJournal(readFileSync(join(base, '.landfall/journal.jsonl'), 'utf8'));
      const told = `${oneLine(actor)}\n${oneLine(reason)}`;
      // command substitution takes line ends off the end: an empty reason leaves only the actor's line
      counts.held(`${what}: journal`, damaged === 0 && events.at(-1)?.text === told.replace(/\n+$/, ''), () =>
        JSON.stringify({ damaged, wanted: told, held: events.at(-1) }),
      );
      if (at % 6 !== 0) continue;
      const seenAgain = await through(shell, look.args({ base, path: input.path, python: 'none', programs: [] }), look.text, { cwd }); // prettier-ignore
      const found = seenAgain.code === 0 ? look.out(seenAgain.out) : undefined;
      counts.held(
        `${what}: read again`,
        found?.claim?.actor === oneLine(actor) && found.claim.url === oneLine(url),
        () => JSON.stringify({ actor, url, found: found?.claim, said: seenAgain.said }),
      );
    }
  }
  counts.line(
    `quoting: ${openings} transactions opened in each shell, each with five hostile texts in its claim: data in transaction, journal and look`,
  );
};
