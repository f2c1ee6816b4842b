import { Failure } from '#fault';
import { renderDuration } from '#plan';
import type { Asking } from './ask.ts';
import { busy, failing, saidIn, stopIf, unreachable } from './faults.ts';
import type { Received } from './http.ts';
import { pauseAfter, pauseAsked } from './pause.ts';

/** Sends until there is an answer that stands, or waiting is no use any more: then it throws a Failure. `once`: where nobody knows what came of it, it is not sent again. */
export type Persist = (host: string, once: boolean, send: () => Promise<Received>) => Promise<Received>;

/** The code of Node's error, or of the first of several. */
export const codeOf = (error: unknown): string => {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: readonly unknown[] };
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : typeof code === 'string' ? code : '';
};

/** @param secrets are not repeated where an answer is quoted */
export const persister =
  ({ clock, signal, registry, patience, show }: Asking, secrets: readonly string[]): Persist =>
  async (host, once, send) => {
    let waited = 0;
    for (let tries = 0; ; tries += 1) {
      stopIf(signal);
      let came: Received | undefined;
      let error: unknown;
      try {
        came = await send();
      } catch (thrown) {
        if (thrown instanceof Failure) throw thrown;
        stopIf(signal);
        error = thrown;
      }
      const pause = pauseAfter(came ?? { code: codeOf(error) }, tries);
      if (pause === undefined) {
        if (came !== undefined) return came;
        throw unreachable(error, host);
      }
      const unclear = once && came?.status !== 429;
      if (unclear || waited + pause > patience) {
        if (came === undefined) throw unreachable(error, host);
        const said = await saidIn(came, secrets);
        throw came.status === 429
          ? busy(registry, pauseAsked(came), said)
          : failing(registry, came.status, tries + 1, said);
      }
      came?.body.resume();
      if (pause >= 2000)
        show(`    ${host} ${came === undefined ? 'does not answer' : `answers with ${came.status}`}: asked again in ${renderDuration(pause)}`); // prettier-ignore
      await clock.sleep(pause, signal);
      waited += pause;
    }
  };
