import { z } from 'zod';
import { durationForm, readDuration } from '#plan';

/** `90s` → ms. */
export const duration = z
  .string({ error: 'expected a duration with its unit, like 30s, 500ms or 10m' })
  .regex(durationForm, 'expected a duration with its unit (ms, s, m, h or d), like 30s, 500ms or 10m')
  .transform((text, context) => {
    const ms = readDuration(text);
    if (ms !== undefined) return ms;
    context.issues.push({ code: 'custom', message: 'a duration of more than a year', input: text });
    return z.NEVER;
  });

/** One `NAME` of an environment variable. */
export const variableName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'expected the name of an environment variable: letters, digits and _, no digit first',
  );

const noDots = (path: string): boolean => !path.split('/').includes('..');

/** Where the application lies on the host. Its letters need no quoting anywhere: in sh, in supervisor's files, in URLs. */
export const hostPath = z
  .string()
  .regex(/^\/[A-Za-z0-9._/@+-]*$/, 'expected an absolute path of letters, digits and . _ / @ + -')
  .refine((path) => noDots(path), 'a path may not hold ..')
  .refine((path) => /[^/]/.test(path), 'the root directory cannot be deployed to')
  .transform((path) => path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, ''));

/** A path inside the application's files. */
export const insidePath = z
  .string()
  .min(1)
  .regex(/^[^/\0\n\r]/, 'expected a path relative to the root of the repository')
  .refine((path) => !/[\0\n\r]/.test(path), 'a path may not hold a line end')
  .refine((path) => noDots(path), 'a path may not hold ..')
  .transform((path) =>
    path
      .replaceAll(/\/{2,}/g, '/')
      .replace(/(.)\/$/, '$1')
      .replace(/^(\.\/)+(?=.)/, ''),
  );

/** One line without line ends: it travels as one line. */
export const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\0\n\r]*$/, 'expected one line');

/** A public address of the application. */
export const webAddress = z
  .string()
  .regex(/^https?:\/\//, 'expected an http:// or https:// address')
  .refine((text) => URL.canParse(text), 'expected an http:// or https:// address')
  .refine((text) => !/[?#]/.test(text), 'expected an address without ? and #')
  .transform((text) => text.replace(/\/+$/, ''));
