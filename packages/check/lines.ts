import type { Check } from '#config';
import type { Line } from '#plan';
import { loadSelect } from './json-path.ts';
import { prepare } from './prepare.ts';
import { checkSays, needsPaths } from './run-checks.ts';
import type { Setting } from './setting.ts';
import { fits, wantsMessage } from './websocket.ts';

/** Longer than any switch: ms. */
const longest = 3_600_000;

/** A check that expects a WebSocket which stays open, from outside, without the cookies of checks before it. */
const staysOpen = ({ websocket, from, session, status }: Check): boolean =>
  websocket !== undefined &&
  websocket.close === undefined &&
  from === 'runner' &&
  session === undefined &&
  status === undefined;

/** The WebSockets of the checks, to be kept open over a switch. One that needs what an earlier check saved is none of them. */
export const linesOf = (
  checks: readonly Check[],
  { url: base, env, webSocket }: Pick<Setting, 'url' | 'env' | 'webSocket'>,
): readonly Line[] => {
  const unsaved = Object.fromEntries(checks.flatMap(({ save }) => Object.keys(save)).map((name) => [name, undefined]));
  return checks.filter(staysOpen).flatMap((check): Line[] => {
    const prepared = prepare(check, base, env, { saved: unsaved });
    if (!prepared.ok) return [];
    const { url, headers, body } = prepared.request;
    const { 'content-type': _, ...written } = headers;
    const host = written['host'] ?? url.host;
    return [
      {
        says: checkSays(check),
        open: async (greeted, signal) => {
          const select = needsPaths(check) ? await loadSelect() : () => [];
          const bench = { url, host, select, scrub: (text: string) => text };
          let told = false;
          const conversation = await webSocket({
            url,
            headers: { origin: `${url.protocol}//${host}`, ...written },
            ...(body === undefined ? {} : { message: body.toString() }),
            enough: (messages) => {
              const last = messages.at(-1);
              const heard = wantsMessage(check) ? last !== undefined && fits(check, last, bench) : true;
              if (heard && !told) {
                told = true;
                greeted();
              }
              return false;
            },
            untilClosed: false,
            limit: longest,
            signal,
          });
          // broken, and no code has come: what a browser calls 1006
          return conversation.opened ? { code: conversation.closed?.code ?? 1006 } : {};
        },
      },
    ];
  });
};
