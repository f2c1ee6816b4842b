import { shorten } from '#plan';
import type { Notice } from './notice.ts';

/**
 * Slack's limits: docs.slack.dev/reference/block-kit/blocks/header-block (150 characters), …/section-block (text 3,000; 10 fields
 * of 2,000). An address that breaks one is answered with 400 `invalid_blocks`, and nothing is shown.
 */
const most = { header: 150, text: 3000, fields: 10, field: 2000 };

/** Slack reads these three in any text: docs.slack.dev/messaging/formatting-message-text#escaping */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Escaping makes a text longer: it is cut before, so that no escape is torn, until what comes out is short enough. */
const fitting = (text: string, limit: number): string => {
  let kept = shorten(text, limit);
  for (let over = escape(kept).length - limit; over > 0; over = escape(kept).length - limit)
    // one character becomes five at most
    kept = shorten(kept, kept.length - Math.ceil(over / 5));
  return escape(kept);
};

/** The body for an incoming webhook: docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slackMessage = ({ title, text, facts, run }: Notice): string => {
  const fields = facts
    .slice(0, most.fields)
    .map(([name, value]) => ({ type: 'mrkdwn', text: `*${escape(name)}*\n${fitting(value, most.field - 100)}` }));
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: shorten(title, most.header), emoji: true } },
    { type: 'section', text: { type: 'mrkdwn', text: fitting(text, most.text) } },
    ...(fields.length === 0 ? [] : [{ type: 'section', fields }]),
    ...(run === undefined
      ? []
      : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${escape(run)}|the run>` }] }]),
  ];
  // shown in notifications, and where blocks are not
  return JSON.stringify({ text: fitting(`${title}: ${text}`, most.text), blocks });
};
