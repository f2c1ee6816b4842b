import type { Message } from './messages.ts';

/**
 * A message as a configuration of curl, which takes it on stdin: nothing of it stands in a list of processes. What JSON escapes in
 * these values curl unescapes alike, for a quote and a backslash are all that is escaped: no address, header or JSON body has a
 * control character. curl.se/docs/manpage.html#-K
 */
export const curlConfig = ({ url, headers, body }: Message): string =>
  [
    `url = ${JSON.stringify(url)}`,
    ...Object.entries(headers).map(([name, value]) => `header = ${JSON.stringify(`${name}: ${value}`)}`),
    `data-raw = ${JSON.stringify(body)}`,
    '',
  ].join('\n');

/** A case in which a host speaks by itself, and the messages of it. */
export type Case = { readonly came: 'undone' | 'held'; readonly why: string; readonly messages: readonly Message[] };

/** The file from which a host sends, as `notices.sh` reads it; undefined: it has nothing to say to anybody. */
export const noticesFile = (cases: readonly Case[]): string | undefined => {
  const lines = cases.flatMap(({ came, why, messages }) =>
    messages.map(
      (message) => `${came} ${why} ${message.kind} ${Buffer.from(curlConfig(message)).toString('base64')}\n`,
    ),
  );
  return lines.length === 0 ? undefined : lines.join('');
};
