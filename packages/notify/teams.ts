import { shorten } from '#plan';
import type { Notice } from './notice.ts';

/**
 * A message may have 28 kB: learn.microsoft.com/microsoftteams/limits-specifications-teams. These keep it below that whatever
 * characters it is made of (4 bytes each, or 2 for an escaped one).
 */
const most = { title: 200, text: 2000, facts: 10, fact: 300 };

/** Texts of a card are read as Markdown. */
const escape = (text: string): string => text.replace(/[\\`*_[\]]/g, '\\$&');

const block = (text: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'TextBlock',
  text,
  wrap: true,
  ...more,
});

/**
 * The body for the webhook of a Teams workflow ("Send webhook alerts to a channel"): a message with one Adaptive Card. Version 1.2
 * is what Teams shows everywhere, its mobile programs too: learn.microsoft.com/microsoftteams/platform/task-modules-and-cards
 */
export const teamsMessage = ({ title, text, facts, run }: Notice): string => {
  const shown = facts
    .slice(0, most.facts)
    .map(([name, value]) => ({ title: name, value: escape(shorten(value, most.fact)) }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [
      block(escape(shorten(title, most.title)), { size: 'Medium', weight: 'Bolder' }),
      block(escape(shorten(text, most.text))),
      ...(shown.length === 0 ? [] : [{ type: 'FactSet', facts: shown }]),
    ],
    ...(run === undefined ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'The run', url: run }] }),
  };
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', attachments: [card] });
};
