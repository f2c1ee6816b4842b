/** A share in percent with two digits, cut and never rounded up: `79.99 %` is below 80, and `100 %` is all. */
export const percentText = (part: number, whole: number): string => {
  const hundredths = (BigInt(part) * 10_000n) / BigInt(Math.max(whole, 1));
  const digits = (hundredths % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `${hundredths / 100n}${digits === '' ? '' : `.${digits}`} %`;
};
