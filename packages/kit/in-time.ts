/** What a promise gives, or an error when that takes longer than `ms`: `who` did not answer. */
export const inTime = async <T>(ms: number, who: string, promise: Promise<T>): Promise<T> => {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`${who} did not answer within ${ms / 1000} s`));
  }, ms);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
};
