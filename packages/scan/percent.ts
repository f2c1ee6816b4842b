/** A decimal number as it is written, as a fraction: 79.99 → 7999 / 100. */
const fraction = (value: number): { readonly of: bigint; readonly by: bigint } => {
  // no number of at most 100 that a person writes needs more; toFixed gives no exponent
  const [whole = '0', rest = ''] = value.toFixed(10).replace(/0+$/, '').split('.');
  return { of: BigInt(whole + rest), by: 10n ** BigInt(rest.length) };
};

/** Whether `part` of `whole` is at least so many percent: exactly, whatever the fractions are. */
export const reaches = (part: number, whole: number, percent: number): boolean => {
  const { of, by } = fraction(percent);
  return BigInt(part) * 100n * by >= of * BigInt(whole);
};
