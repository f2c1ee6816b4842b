import type { Receiver } from '#plan';
import type { Notice } from './notice.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { webhookHeaders, webhookMessage } from './webhook.ts';

/** A message as it is sent: POST, JSON. */
export type Message = {
  readonly kind: Receiver['kind'];
  /** A secret. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The messages of a notice, for those who want to hear of it; `values` holds what the variables hold. */
export const messagesOf = (
  notice: Notice,
  receivers: readonly Receiver[],
  values: Readonly<Record<string, string>>,
): readonly Message[] =>
  receivers
    .filter(({ on }) => on.includes(notice.event))
    .map(({ kind, url, secret }) => {
      const body = { slack: slackMessage, teams: teamsMessage, webhook: webhookMessage }[kind](notice);
      const key = secret === undefined ? undefined : values[secret];
      const own = kind === 'webhook' ? webhookHeaders(body, notice.event, key) : {};
      return { kind, url: values[url] ?? '', body, headers: { 'content-type': 'application/json', ...own } };
    });
