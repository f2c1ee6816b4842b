import { randomUUID } from 'node:crypto';
import type { Check } from '#config';
import { renderDuration, retryAfter } from '#plan';
import type { Times } from '#plan';
import { absolute, insideOf, originOf } from './address.ts';
import { askCertificate, converse } from './other-attempts.ts';
import { follow } from './exchange.ts';
import { accepted, judge } from './judge.ts';
import type { Select } from './json-path.ts';
import type { Memory } from './memory.ts';
import { prepare } from './prepare.ts';
import { save } from './saved.ts';
import type { Setting } from './setting.ts';
import { throughHost } from './through-host.ts';
import { timesOf } from './times.ts';

/** What came of one try. */
export type Tried = {
  readonly wrong: readonly string[];
  readonly times?: Times;
  /** ms that the server asks to be left alone. */
  readonly pause?: number;
};

/** One try of a check: the whole of its requests. */
export type Try = {
  readonly check: Check;
  readonly setting: Setting;
  readonly memory: Memory;
  readonly select: Select;
  /** By `clock.now()`; the check may not take longer. */
  readonly end: number;
  readonly says: string;
};

/** One answer may take so long where the check has no `max`. */
const answerLimit = 10_000;

/** A server that asks for time gets so much, also if it asks for less (`Retry-After: 0`): ms. */
const leastPause = 1000;

/** How long to wait before the next request: ms. Pure. */
export const waitAfter = ({ every }: Check, pause: number | undefined): number =>
  pause === undefined ? every : Math.max(every, pause, leastPause);

/** Asks as often as the check says, and judges each answer and then their times. */
export const attempt = async (given: Try): Promise<Tried> => {
  const { check, setting, end } = given;
  const { clock, signal } = setting;
  if (check.certificate !== undefined) return { wrong: await askCertificate(given) };
  if (check.websocket !== undefined) return { wrong: await converse(given) };
  if (check.repeat === 1 && check.p95 === undefined) return (await ask(given)).tried;
  const took: number[] = [];
  let wait = 0;
  while (took.length < check.repeat) {
    if (wait > 0) await clock.sleep(wait, signal);
    if (signal?.aborted === true) return { wrong: ['cancelled'] };
    if (took.length > 0 && check.within > 0 && clock.now() >= end)
      return { wrong: [`only ${took.length} of ${check.repeat} requests fitted into ${renderDuration(check.within)}`] };
    const { tried, ms } = await ask(given);
    const pause = waitAfter(check, tried.pause);
    if (tried.pause !== undefined && clock.now() + pause < end) {
      setting.show(
        `… ${given.says}: asked to wait ${renderDuration(pause)} after ${took.length} right answers (Retry-After)`,
      );
      wait = pause;
      continue;
    }
    if (tried.wrong[0]?.startsWith('not sent: ') === true) return tried;
    if (tried.wrong.length > 0)
      return { ...tried, wrong: [`request ${took.length + 1} of ${check.repeat}: ${tried.wrong.join('; ')}`] };
    took.push(ms);
    wait = check.every;
  }
  return judgeTimes(check, took);
};

const judgeTimes = ({ p95: limit }: Check, took: readonly number[]): Tried => {
  const times = timesOf(took);
  if (times === undefined) return { wrong: [] };
  const { count, p95, max } = times;
  const slow = limit !== undefined && p95 > limit;
  const wrong = slow
    ? [
        `expected 95 of 100 requests within ${renderDuration(limit)}, they took ${renderDuration(p95)} (the longest of ${count} ${renderDuration(max)})`,
      ]
    : [];
  return { wrong, times };
};

/** One request and its answer. */
const ask = async ({ check, setting, memory, select, end }: Try): Promise<{ tried: Tried; ms: number }> => {
  const { url: base, client, clock, env, reach, read, signal, deadline = Infinity } = setting;
  if (check.from === 'host' && reach === undefined)
    return { tried: { wrong: ['not sent: it is from: host, and no host is connected'] }, ms: 0 };
  const inside = insideOf(check);
  const sender =
    check.from === 'host' && reach !== undefined ? throughHost(client, reach, clock.now, check.socket) : client;
  const session = memory.session(check.session && `${check.session} ${inside ?? ''}`, sender);
  const { csrf } = check;
  const prepared = prepare(check, base, env, {
    saved: memory.saved(),
    boundary: `landfall-${randomUUID()}`,
    ...(read === undefined ? {} : { read }),
    ...(csrf === undefined ? {} : { token: (url, headers) => session.token(csrf, url, headers) }),
  });
  if (!prepared.ok) return { tried: { wrong: [prepared.why] }, ms: 0 };
  const whole = Math.max(1000, (check.within === 0 ? deadline : end) - clock.now());
  const limit = Math.min(check.max ?? answerLimit, whole);
  const request = { ...prepared.request, limit, ...(signal === undefined ? {} : { signal }) };
  const asked = check.session === undefined ? sender : session.client;
  const { outcome, url } = check.follow
    ? await follow(asked, request)
    : { outcome: await asked(request), url: request.url };
  if (!outcome.answered) return { tried: { wrong: [outcome.why] }, ms: outcome.ms };
  const headers = url.origin === request.url.origin ? request.headers : {};
  const redirect = check.redirect === undefined ? undefined : absolute(check.redirect, base);
  const bench = {
    url,
    host: headers.host ?? url.host,
    select,
    scrub: memory.scrub,
    ...(redirect === undefined ? {} : { redirect }),
  };
  const origin = originOf(url, headers, inside);
  // before anything of the answer is shown: what is secret has to be known by then
  const taken = accepted(check, outcome, bench)
    ? save(check.save, outcome, { from: origin, cookies: session.cookies(url, headers), select })
    : { values: {}, wrong: [] };
  memory.keep(taken.values);
  const wrong = judge(check, outcome, bench);
  const pause = wrong.length === 0 ? undefined : retryAfter(outcome);
  return {
    tried: { wrong: [...wrong, ...taken.wrong], ...(pause === undefined ? {} : { pause }) },
    ms: outcome.ms,
  };
};
