import { setTimeout as sleep } from 'node:timers/promises';

/** What `/version` answers now; undefined: nothing does. */
export const answer = async (url: string): Promise<string | undefined> => {
  try {
    const got = await fetch(`${url}/version`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2000),
    });
    const text = (await got.text()).trim();
    return got.ok ? text : undefined;
  } catch {
    return undefined;
  }
};

/** When something else than before answers: ms of `performance.now()`. Asks every 10 ms, until `stop` is aborted; then undefined. */
export const changed = async (
  url: string,
  before: string | undefined,
  stop: AbortSignal,
): Promise<number | undefined> => {
  while (!stop.aborted) {
    const now = await answer(url);
    if (now !== undefined && now !== before) return performance.now();
    await sleep(10);
  }
  return undefined;
};
