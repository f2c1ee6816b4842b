import { Failure } from '#fault';

/** A cancelled step has 7.5 s from SIGINT to SIGTERM and 2.5 s more; this leaves time to report. */
const grace = 5_000;
/** GitHub ends a cancelled job after 5 minutes, post steps included. */
const postBudget = 4 * 60_000;

export type Interruption = {
  readonly signal: AbortSignal;
  /** Rejects when the time to come to an end by oneself is over, and on anything that nobody caught. */
  readonly overdue: Promise<never>;
};

/** Turns SIGINT, SIGTERM and the end of post's budget into an AbortSignal, and what is uncaught into a rejection. */
export const interruption = (phase: 'main' | 'post'): Interruption => {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const stop = (failure: Failure): void => {
    if (controller.signal.aborted) return;
    controller.abort(failure);
    setTimeout(() => {
      reject(failure);
    }, grace).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      stop(
        new Failure({
          code: 'CANCELLED',
          what: `the run was cancelled (${name})`,
          next: 'Run it again when it is wanted.',
        }),
      );
    });
  }
  process.on('uncaughtException', reject);
  process.on('unhandledRejection', reject);
  if (phase === 'post') {
    setTimeout(() => {
      const next = 'The host undoes an unconfirmed release by itself; its status program says where it stands.';
      stop(new Failure({ code: 'CANCELLED', what: 'the post step did not end within 4 minutes', next }));
    }, postBudget).unref();
  }
  return { signal: controller.signal, overdue: promise };
};
