import type { Check } from '#config';
import { renderDuration } from '#plan';
import type { Checked } from '#plan';
import { attempt, waitAfter } from './attempt.ts';
import type { Tried } from './attempt.ts';
import { loadSelect } from './json-path.ts';
import type { Select } from './json-path.ts';
import { newMemory } from './memory.ts';
import type { Memory } from './memory.ts';
import type { Setting } from './setting.ts';

/**
 * Runs the checks one after another; each is tried again every `every` until its answer is right or `within` has passed.
 * Once one has failed, the others get one try each, but those that clear up: the verdict stands, and what is live should
 * not wait for its undo.
 */
export const runChecks = async (checks: readonly Check[], setting: Setting): Promise<Checked[]> => {
  const select = checks.some(needsPaths) ? await loadSelect() : () => [];
  const memory = newMemory(setting.env);
  const all: Checked[] = [];
  for (const check of checks) {
    const brief = !check.always && all.some((before) => !before.ok);
    const checked = await run(brief ? briefly(check) : check, setting, memory, select);
    memory.expect(Object.keys(check.save));
    all.push(checked);
    setting.show(line(checked));
  }
  return all;
};

/** Whether a check names anything by JSONPath. */
export const needsPaths = ({ json, save }: Check): boolean =>
  [...Object.keys(json), ...Object.values(save).map(({ from, at }) => (from === 'json' ? at : ''))].some((key) =>
    key.startsWith('$'),
  );

/** One request: nothing is measured any more. */
const briefly = (check: Check): Check => ({ ...check, within: 0, repeat: 1, p95: undefined });

const line = ({ ok, says, ms, tries, times, found }: Checked): string => {
  const tried = tries > 1 ? `, ${tries} tries` : '';
  const measured = times === undefined ? '' : `, p95 of ${times.count}: ${renderDuration(times.p95)}`;
  return `${ok ? '✓' : '✗'} ${says} (${renderDuration(ms)}${tried}${measured})${found === undefined ? '' : `: ${found}`}`;
};

/** What a check is called: its name, or what it sends. Holds `$NAME` and `{name}`, never a value. */
export const checkSays = (check: Check): string => {
  if (check.certificate !== undefined)
    return check.name ?? `certificate of ${check.url === '/' ? 'url' : check.url.slice('https://'.length, -1)}`;
  if (check.websocket !== undefined) return check.name ?? `WebSocket ${check.url.replace(/^http/, 'ws')}`;
  return check.name ?? `${check.method} ${check.url}`;
};

const unanswered = (found: string): boolean => found.startsWith('no answer from ');

/** A last try that the end of its time cut off says nothing of what is wrong: what was answered before it does. */
const behind = (answered: string, found: string): string =>
  unanswered(found) && answered !== '' ? `${answered}; then ${found}` : found;

const run = async (check: Check, setting: Setting, memory: Memory, select: Select): Promise<Checked> => {
  const { clock, deadline = Infinity, signal, show } = setting;
  const says = checkSays(check);
  const begun = clock.now();
  const end = Math.min(begun + check.within, deadline);
  let last = '';
  let answered = '';
  for (let tries = 1; ; tries++) {
    const aborted = signal?.aborted === true;
    const { wrong, times, pause }: Tried = aborted
      ? { wrong: ['cancelled'] }
      : await attempt({ check, setting, memory, select, end, says });
    const ms = Math.round(clock.now() - begun);
    const result = { says, ms, tries, ...(times === undefined ? {} : { times }) };
    if (wrong.length === 0) return { ...result, ok: true };
    const found = memory.scrub(wrong.join('; '));
    const wait = waitAfter(check, pause);
    const asked = pause ?? 0;
    const asks = asked === 0 ? '' : `; it asks to wait ${renderDuration(asked)}`;
    const left = end - clock.now();
    if (wait >= left || signal?.aborted === true || found.startsWith('not sent: '))
      return {
        ...result,
        ok: false,
        found:
          behind(answered, found) +
          (asked > 0 && asked >= left && check.within > 0 ? `${asks}, which is too long` : ''),
      };
    if (found + asks !== last)
      show(`… ${says}: ${found}${asks}; trying again for ${renderDuration(Math.max(0, left))}`);
    last = found + asks;
    if (!unanswered(found)) answered = found;
    await clock.sleep(wait, signal);
  }
};
