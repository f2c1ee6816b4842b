/**
 * A process that looks at the command lines of all processes, new ones every few ms, until its stdin ends. Its first line of stdin is
 * the JSON of texts to look for. Prints `{ looks, commands, found }` as JSON: found are command lines that hold one.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const told = Promise.withResolvers<readonly string[]>();
const input = { over: false };
let given = '';
process.stdin.on('data', (chunk: Buffer) => {
  given += chunk.toString();
  const end = given.indexOf('\n');
  if (end >= 0) told.resolve(JSON.parse(given.slice(0, end)) as string[]);
});
process.stdin.on('end', () => {
  input.over = true;
});
const texts = await told.promise;
process.stdout.write('watching\n');

/** A process changes its command line by exec, mostly soon after it began: young ones are read at each look, old ones now and then. */
const young = 100;
const patience = 300;
const ages = new Map<string, { born: number; read: number }>();
const commands = new Set<string>();
const found = new Set<string>();
let looks = 0;
while (!input.over) {
  const now = performance.now();
  looks += 1;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const age = ages.get(pid) ?? { born: now, read: -Infinity };
    if (now - age.born > young && now - age.read < patience) continue;
    ages.set(pid, { ...age, read: now });
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (line === '' || commands.has(line)) continue;
      commands.add(line);
      if (texts.some((text) => line.includes(text))) found.add(line.replaceAll('\0', ' '));
    } catch {
      // ended meanwhile
    }
  }
  for (const pid of ages.keys()) if (!pids.includes(pid)) ages.delete(pid);
  await sleep(Math.max(2, performance.now() - now));
}
process.stdout.write(`${JSON.stringify({ looks, commands: commands.size, found: [...found] })}\n`);
