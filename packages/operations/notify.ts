import type { Target } from '#config';
import type { Problem } from '#fault';
import { messagesOf } from '#notify';
import type { Message, Notice } from '#notify';
import type { Clock, Note, Post } from '#plan';

/** One try may take so long; a second and a third follow after these waits: ms. */
const limit = 5000;
const waits = [1000, 3000];

type Teller = { readonly post: Post; readonly clock: Clock; readonly signal: AbortSignal };
type Receivers = Pick<Target, 'notify'>;

const fits = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
};

/** What is wrong with the variables that `notify` names. Their values are shown to nobody. */
export const notifyProblems = (
  { notify }: Receivers,
  names: readonly string[],
  values: Readonly<Record<string, string>>,
): readonly Problem[] =>
  notify.flatMap(({ kind, url, secret }) =>
    [url, ...(secret === undefined ? [] : [secret])].flatMap((name): Problem[] => {
      const next = `env: ${name}, and in the step's env: ${name}: \${{ secrets.${name} }}; or a line ${name}=… of env-values`;
      if (!names.includes(name))
        return [{ where: 'input env', what: `notify.${kind} needs ${name}, which is not listed`, next }];
      const value = values[name];
      if (name !== url || value === undefined || fits(value)) return [];
      return [{ where: 'input env', what: `${name}, for notify.${kind}, holds no https:// address`, next }];
    }),
  );

const delivered = (status: number | undefined): boolean => status !== undefined && status >= 200 && status < 300;
const final = (status: number | undefined): boolean => status !== undefined && status < 500 && status !== 429;

/** Sends one message, three times at most. Gives why it did not arrive. */
const send = async ({ post, clock, signal }: Teller, { url, headers, body }: Message): Promise<string | undefined> => {
  for (let at = 0; ; at++) {
    const { status, said } = await post({ url, headers, body, limit });
    if (delivered(status)) return undefined;
    const wait = waits[at];
    // a run that is cancelled has no time for another try
    if (final(status) || wait === undefined || signal.aborted) return [status, said].filter(Boolean).join(' ');
    await clock.sleep(wait, signal);
  }
};

/** Tells everybody who wants to hear of it, at the same time. What did not arrive is a warning, and changes nothing else. */
export const tell = async (
  teller: Teller,
  { notify }: Receivers,
  values: Readonly<Record<string, string>>,
  notices: readonly Notice[],
): Promise<readonly Note[]> => {
  const messages = notices.flatMap((notice) => messagesOf(notice, notify, values));
  const ends = await Promise.all(
    messages.map(async (message) => ({ kind: message.kind, why: await send(teller, message) })),
  );
  return ends.flatMap(({ kind, why }): Note[] =>
    why === undefined ? [] : [{ kind: 'warning', text: `the notice to ${kind} did not arrive: ${why || 'no answer'}` }],
  );
};
