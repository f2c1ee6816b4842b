import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** A message that was taken. */
export type Taken = {
  readonly kind: 'slack' | 'teams' | 'webhook';
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: Json;
};

export type Webhooks = {
  /** The address of each kind, with the secret in its path. */
  readonly url: (kind: Taken['kind']) => string;
  readonly secret: string;
  readonly taken: readonly Taken[];
  /** What was refused, and why. */
  readonly refused: readonly string[];
  /** Requests so far. */
  readonly requests: () => number;
  /** Answers the next so many requests with this status; -1: with nothing at all. */
  readonly fail: (status: number, times: number) => void;
  readonly close: () => Promise<void>;
};

const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value !== '' && value.length <= most;
const keysOf = (value: Json, allowed: readonly string[]): boolean =>
  Object.keys(value).every((key) => allowed.includes(key));

const slackText = (value: unknown, kinds: readonly string[], most: number): boolean => {
  const text = (value ?? {}) as Json;
  return (
    kinds.includes(text['type'] as string) &&
    isText(text['text'], most) &&
    keysOf(text, ['type', 'text', ...(text['type'] === 'plain_text' ? ['emoji'] : ['verbatim'])])
  );
};
const both = ['plain_text', 'mrkdwn'];

const slackBlock = (block: Json): boolean => {
  switch (block['type']) {
    case 'header':
      return keysOf(block, ['type', 'text', 'block_id']) && slackText(block['text'], ['plain_text'], 150);
    case 'section': {
      const { text, fields } = block;
      if (!keysOf(block, ['type', 'text', 'fields', 'block_id']) || (text === undefined && fields === undefined))
        return false;
      if (text !== undefined && !slackText(text, both, 3000)) return false;
      if (fields === undefined) return true;
      return (
        Array.isArray(fields) &&
        fields.length > 0 &&
        fields.length <= 10 &&
        fields.every((one) => slackText(one, both, 2000))
      );
    }
    case 'context': {
      const { elements } = block;
      return (
        keysOf(block, ['type', 'elements', 'block_id']) &&
        Array.isArray(elements) &&
        elements.length > 0 &&
        elements.length <= 10 &&
        elements.every((one) => slackText(one, both, 3000))
      );
    }
    default:
      return false;
  }
};

/** Why Slack would refuse it: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
const slackRefuses = (json: Json): string | undefined => {
  const { text, blocks } = json;
  if (text === undefined && blocks === undefined) return 'no_text';
  if (text !== undefined && !isText(text, 40_000)) return 'invalid_payload';
  if (blocks === undefined) return undefined;
  const fine =
    Array.isArray(blocks) && blocks.length > 0 && blocks.length <= 50 && blocks.every((one) => slackBlock(one as Json));
  return fine ? undefined : 'invalid_blocks';
};

/** Adaptive Cards: the elements that are used, with what they need: adaptivecards.io/explorer */
const cardElement = (element: Json): boolean => {
  switch (element['type']) {
    case 'TextBlock':
      return isText(element['text'], 28_000) && keysOf(element, ['type', 'text', 'wrap', 'size', 'weight', 'color']);
    case 'FactSet':
      return (
        Array.isArray(element['facts']) &&
        element['facts'].length > 0 &&
        element['facts'].every((fact: Json) => isText(fact['title'], 28_000) && isText(fact['value'], 28_000))
      );
    default:
      return false;
  }
};

const teamsRefuses = (json: Json, bytes: number): string | undefined => {
  if (bytes > 28 * 1024) return 'RequestEntityTooLarge';
  const { type, attachments } = json;
  if (type !== 'message' || !Array.isArray(attachments) || attachments.length !== 1)
    return 'not a message with one attachment';
  const { contentType, contentUrl, content } = attachments[0] as Json;
  if (contentType !== 'application/vnd.microsoft.card.adaptive' || contentUrl !== null) return 'not an Adaptive Card';
  const { $schema, type: kind, version, body, actions = [] } = content as Json;
  if ($schema !== 'http://adaptivecards.io/schemas/adaptive-card.json' || kind !== 'AdaptiveCard') return 'no card';
  if (!['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'].includes(version as string)) return `version ${String(version)}`;
  if (!Array.isArray(body) || body.length === 0 || !body.every((one) => cardElement(one as Json))) return 'body';
  const opens = (one: Json): boolean =>
    one['type'] === 'Action.OpenUrl' && isText(one['title'], 100) && URL.canParse(one['url'] as string);
  return Array.isArray(actions) && actions.every((one) => opens(one as Json)) ? undefined : 'actions';
};

type Judged = { readonly status: number; readonly text: string; readonly taken?: Omit<Taken, 'headers'> };

/** What the service at this address answers. */
const judge = (url: string, method: string, type: string, body: string, secret: string): Judged => {
  const kind = (['slack', 'teams', 'webhook'] as const).find((one) => url === `/${one}/${secret}`);
  if (kind === undefined) return { status: 403, text: 'invalid_token' };
  if (method !== 'POST') return { status: 405, text: 'method' };
  if (!/^application\/json\b/.test(type)) return { status: 400, text: 'invalid_payload' };
  let json: Json;
  try {
    json = JSON.parse(body) as Json;
  } catch {
    return { status: 400, text: 'invalid_payload' };
  }
  const bytes = Buffer.byteLength(body);
  const why = kind === 'slack' ? slackRefuses(json) : kind === 'teams' ? teamsRefuses(json, bytes) : undefined;
  if (why !== undefined) return { status: 400, text: why };
  return {
    ...(kind === 'teams' ? { status: 202, text: '' } : { status: 200, text: 'ok' }),
    taken: { kind, body, json },
  };
};

/** Slack, a Teams workflow and a webhook of one's own, on loopback: they refuse what the services document that they refuse. */
export const webhooks = async (): Promise<Webhooks> => {
  const secret = 'T0123/B4567/aBcDeFgHiJkLmNoPqRsTuVwX';
  const taken: Taken[] = [];
  const refused: string[] = [];
  let requests = 0;
  let failing = { status: 0, times: 0 };
  const server = createServer((request, response) => {
    void (async () => {
      requests += 1;
      let body = '';
      for await (const part of request.setEncoding('utf8')) body += String(part);
      if (failing.times > 0) {
        failing.times -= 1;
        if (failing.status > 0) response.writeHead(failing.status, { connection: 'close' }).end('as told');
        return;
      }
      const { url = '', method = '', headers } = request;
      const judged = judge(url, method, headers['content-type'] ?? '', body, secret);
      if (judged.taken === undefined) refused.push(`${url.split('/')[1] ?? ''}: ${judged.status} ${judged.text}`);
      else taken.push({ ...judged.taken, headers });
      response.writeHead(judged.status, { connection: 'close' }).end(judged.text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (kind) => `http://127.0.0.1:${port}/${kind}/${secret}`,
    secret,
    taken,
    refused,
    requests: () => requests,
    fail: (status, times) => {
      failing = { status, times };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
