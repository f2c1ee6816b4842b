import type { Check } from '#config';
import { renderDuration } from '#plan';
import { excerpt, judgeBody } from './judge.ts';
import type { Bench } from './judge.ts';

/** What is said over a WebSocket, and until when. */
export type WebSocketRequest = {
  /** Its `http` or `https` stands for `ws` or `wss`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent once it is open. */
  readonly message?: string;
  /** Looks at all messages so far: true ends the conversation. */
  readonly enough: (messages: readonly string[]) => boolean;
  /** The server is to end it, however much was said. */
  readonly untilClosed: boolean;
  /** ms, for all of it. */
  readonly limit: number;
  readonly signal?: AbortSignal;
};

/** What came of it. */
export type Conversation =
  | {
      readonly opened: true;
      /** All that came, each at most a megabyte. */
      readonly messages: readonly string[];
      /** How the server closed it, where it did. */
      readonly closed?: { readonly code: number; readonly reason: string };
      /** Why it broke, in words. */
      readonly broken?: string;
    }
  | { readonly opened: false; readonly status?: number; readonly why: string };

/** Opens a WebSocket, says one thing, and listens. Never throws. */
export type WebSocketClient = (request: WebSocketRequest) => Promise<Conversation>;

/** Whether a check wants a message at all. */
export const wantsMessage = ({ contains, json }: Check): boolean => contains.length > 0 || Object.keys(json).length > 0;

/** Whether a message is what the check waits for. Pure. */
export const fits = (check: Check, message: string, bench: Bench): boolean =>
  judgeBody(check, { body: message, cut: false }, bench).length === 0;

/** What is wrong with a conversation. `limit` is how long was listened: ms. Pure. */
export const judgeConversation = (
  check: Check,
  conversation: Conversation,
  bench: Bench,
  limit: number,
): readonly string[] => {
  if (!conversation.opened) {
    const { status, why } = conversation;
    if (check.status === undefined || status === undefined) return [why];
    return check.status.includes(status)
      ? []
      : [`expected status ${check.status.join(' or ')} instead of a WebSocket, found ${status}`];
  }
  if (check.status !== undefined)
    return [`expected status ${check.status.join(' or ')} instead of a WebSocket, but it was opened`];
  const { messages, closed, broken } = conversation;
  const wanted = check.websocket?.close;
  const ended = closed === undefined ? (broken ?? '') : `the server closed it with ${closing(closed, bench)}`;
  const unheard = wantsMessage(check) && !messages.some((message) => fits(check, message, bench));
  return [
    ...(unheard
      ? [
          `expected a message with ${wish(check)} within ${renderDuration(limit)}, found ${heard(messages, bench)}`,
          ...(ended === '' ? [] : [ended]),
        ]
      : []),
    ...(wanted !== undefined && closed?.code !== wanted
      ? [`expected the server to close it with ${wanted}, ${ended === '' ? 'it stayed open' : ended}`]
      : []),
    ...(wanted === undefined && !wantsMessage(check) && ended !== '' ? [ended] : []),
  ];
};

const closing = ({ code, reason }: { code: number; reason: string }, bench: Bench): string =>
  `${code}${reason === '' ? '' : ` (${excerpt(reason, bench)})`}`;

const wish = ({ contains, json }: Check): string =>
  [
    ...contains.map((text) => JSON.stringify(text)),
    ...Object.entries(json).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
  ].join(' and ');

const heard = (messages: readonly string[], bench: Bench): string => {
  const last = messages.at(-1);
  if (last === undefined) return 'none';
  return `${messages.length === 1 ? 'one' : `${messages.length}, the last`}: ${excerpt(last, bench)}`;
};
