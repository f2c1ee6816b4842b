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

/** A share in percent with two digits, cut and never rounded up: `79.99 %` is below 80, and `100 %` is all. */
export const percentText = (part: number, whole: number): string => {
  const hundredths = (BigInt(part) * 10_000n) / BigInt(Math.max(whole, 1));
  const digits = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `${hundredths / 100n}${digits === '' ? '' : `.${digits}`} %`;
};
