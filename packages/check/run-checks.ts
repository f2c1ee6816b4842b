import type { Check } from '#config';
import { renderDuration } from '#plan';
import type { Checked, Clock } from '#plan';
import { follow } from './exchange.ts';
import type { HttpClient } from './http.ts';
import { judge } from './judge.ts';
import { loadSelect } from './json-path.ts';
import type { Select } from './json-path.ts';
import { scrubber } from './placeholders.ts';
import type { Values } from './placeholders.ts';
import { absolute, prepare } from './prepare.ts';

/** What checks are run with. */
export type Setting = {
  /** The target's address, which paths are put behind. */
  readonly url?: string;
  readonly client: HttpClient;
  readonly clock: Clock;
  /** The values of `$NAME`: only those names that checks may use. None of them is ever shown. */
  readonly env: Values;
  /** Ends the waiting; what was not found good by then has failed. */
  readonly signal?: AbortSignal;
  /** By `clock.now()`: no try begins later, except each check's first. */
  readonly deadline?: number;
  /** A line for the log. */
  readonly show: (line: string) => void;
};

/** One answer may take so long where the check has no `max`. */
const answerLimit = 10_000;

/**
 * Runs the checks one after another; each is tried again every `every` until its answer is right or `within` has passed.
 * Once one has failed, the others get one try each: the verdict stands, and what is live should not wait for its undo.
 */
export const runChecks = async (checks: readonly Check[], setting: Setting): Promise<Checked[]> => {
  const needsPaths = checks.some((check) => Object.keys(check.json).some((key) => key.startsWith('$')));
  const select = needsPaths ? await loadSelect() : () => [];
  const all: Checked[] = [];
  for (const check of checks) {
    const once = all.some((before) => !before.ok);
    const checked = await run(once ? { ...check, within: 0 } : check, setting, select);
    all.push(checked);
    const tries = checked.tries > 1 ? `, ${checked.tries} tries` : '';
    const found = checked.found === undefined ? '' : `: ${checked.found}`;
    setting.show(`${checked.ok ? '✓' : '✗'} ${checked.says} (${renderDuration(checked.ms)}${tries})${found}`);
  }
  return all;
};

/** What a check is called: its name, or what it sends. Holds `$NAME`, never a value. */
export const checkSays = (check: Check): string => check.name ?? `${check.method} ${check.url}`;

const run = async (check: Check, setting: Setting, select: Select): Promise<Checked> => {
  const { clock, deadline = Infinity, signal, show } = setting;
  const says = checkSays(check);
  const begun = clock.now();
  const end = Math.min(begun + check.within, deadline);
  const scrub = scrubber(setting.env);
  let last = '';
  for (let tries = 1; ; tries++) {
    const wrong = signal?.aborted === true ? ['cancelled'] : await attempt(check, setting, end, scrub, select);
    const ms = Math.round(clock.now() - begun);
    if (wrong.length === 0) return { says, ok: true, ms, tries };
    const found = scrub(wrong.join('; '));
    const over = clock.now() + check.every >= end;
    if (over || signal?.aborted === true || found.startsWith('not sent: '))
      return { says, ok: false, ms, tries, found };
    if (found !== last) show(`… ${says}: ${found}; trying again for ${renderDuration(Math.max(0, end - clock.now()))}`);
    last = found;
    await clock.sleep(check.every, signal);
  }
};

/** One try. Gives back what was wrong. */
const attempt = async (
  check: Check,
  { url: base, client, clock, env, signal, deadline = Infinity }: Setting,
  end: number,
  scrub: (text: string) => string,
  select: Select,
): Promise<readonly string[]> => {
  const prepared = prepare(check, base, env);
  if (!prepared.ok) return [prepared.why];
  const { headers } = prepared.request;
  const whole = Math.max(1000, (check.within === 0 ? deadline : end) - clock.now());
  const limit = Math.min(check.max ?? answerLimit, whole);
  const request = { ...prepared.request, limit, ...(signal === undefined ? {} : { signal }) };
  const { outcome, url } = check.follow
    ? await follow(client, request)
    : { outcome: await client(request), url: request.url };
  if (!outcome.answered) return [outcome.why];
  const redirect = check.redirect === undefined ? undefined : absolute(check.redirect, base);
  return judge(check, outcome, {
    url,
    host: headers.host !== undefined && url.origin === request.url.origin ? headers.host : url.host,
    select,
    scrub,
    ...(redirect === undefined ? {} : { redirect }),
  });
};
