import { createHmac } from 'node:crypto';
import type { Notice } from './notice.ts';

/** The body for any address: the notice as JSON. Keys are added, never changed, while `v` is 1. */
export const webhookMessage = ({ event, title, text, run, at, report, fault }: Notice): string =>
  JSON.stringify({ v: 1, event, title, text, at, ...report, run, fault });

/**
 * The headers of it. With a key, the body's HMAC-SHA256 in hex, as GitHub signs its own webhooks:
 * docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const webhookHeaders = (body: string, event: string, secret: string | undefined): Record<string, string> => ({
  'x-landfall-event': event,
  ...(secret === undefined
    ? {}
    : { 'x-landfall-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
});
