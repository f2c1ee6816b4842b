import type { Check } from '#config';
import { excerpt } from './judge.ts';

/** A certificate that was verified: its chain and its name; or why there is none, in words. */
export type Shown =
  | {
      readonly verified: true;
      /** ms until it expires. */
      readonly left: number;
      /** Name and organisation of who signed it. */
      readonly issuer: string;
    }
  | { readonly verified: false; readonly why: string };

/** Asks a server for its certificate, for the name in the address. Never throws. */
export type CertificateClient = (asked: {
  readonly url: URL;
  /** ms */
  readonly limit: number;
  readonly signal?: AbortSignal;
}) => Promise<Shown>;

const day = 86_400_000;

/** What is wrong with a certificate. Pure. */
export const judgeCertificate = (
  { expiresAfter, issuer }: NonNullable<Check['certificate']>,
  shown: Shown,
): readonly string[] => {
  if (!shown.verified) return [shown.why];
  const scrub = (text: string): string => text;
  return [
    ...(shown.left < expiresAfter
      ? [`expected a certificate that is valid for ${days(expiresAfter)} more, it expires in ${days(shown.left)}`]
      : []),
    ...(issuer !== undefined && !shown.issuer.includes(issuer)
      ? [`expected an issuer with ${JSON.stringify(issuer)}, found ${excerpt(shown.issuer, { scrub })}`]
      : []),
  ];
};

const days = (ms: number): string => {
  const whole = Math.floor(ms / day);
  return ms < day ? 'less than a day' : `${whole} ${whole === 1 ? 'day' : 'days'}`;
};
