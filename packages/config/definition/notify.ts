import { z } from 'zod';

/** What people may want to hear of. */
export const noticeEvents = ['success', 'failure', 'undone', 'held', 'reverted'] as const;

/** `$NAME` → `NAME`. */
const secretName = z
  .string({ error: 'expected $NAME, the name of an environment variable' })
  .regex(/^\$[A-Za-z_][A-Za-z0-9_]*$/, 'expected $NAME: what it holds is a secret, so it is never written here')
  .transform((text) => text.slice(1));

const url = secretName.describe(
  '`$NAME`: the environment variable that holds the address; the input `env` must list it.',
);

const on = z
  .array(z.enum(noticeEvents))
  .min(1)
  .default([...noticeEvents])
  .describe(
    'What is told: `success` (a release is confirmed), `failure` (failed or refused), `undone` (taken back by the run), `held` (a person must decide), `reverted` (the host took a release back by itself). All of them if not given.',
  );

const everything = (address: string) => ({ url: address, on: [...noticeEvents] });

const form = { error: 'expected $NAME, or a map with url: $NAME' };
const receiver = z.union([url.transform(everything), z.strictObject({ url, on })], form);

const signed = z.union(
  [
    url.transform((address) => ({ ...everything(address), secret: undefined })),
    z.strictObject({
      url,
      on,
      secret: secretName
        .optional()
        .describe('`$NAME`: the environment variable that holds the key by which the message is signed.'),
    }),
  ],
  form,
);

/** Who is told. */
export const notify = z.strictObject({
  'from-host': z
    .boolean()
    .default(false)
    .describe(
      '`true`: the host itself tells `reverted` when it takes a release back while no run is there. While a transaction is open the addresses then lie on it, where the deploy user can read them, and so can the application.',
    ),
  slack: receiver
    .optional()
    .describe('`$NAME`, or `{ url: $NAME, on: [failure, held] }`: an incoming webhook of Slack.'),
  teams: receiver
    .optional()
    .describe('`$NAME`, or `{ url: $NAME, on: [failure, held] }`: a webhook of a Teams workflow.'),
  webhook: signed
    .optional()
    .describe(
      '`$NAME`, or `{ url: $NAME, secret: $NAME, on: [failure, held] }`: any address that takes JSON; with `secret` each message is signed.',
    ),
});
