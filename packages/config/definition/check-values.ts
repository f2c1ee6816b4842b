import { z } from 'zod';
import { insidePath, oneLine } from './values.ts';

const token = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected a name of letters, digits and -');

/** Where a WebSocket is opened. */
export const socketAddress = z
  .string()
  .regex(/^(\/|wss?:\/\/)\S*$/, 'expected a path that begins with /, or a ws:// or wss:// address');

/** Whose certificate is looked at: `true`, `name` or `name:port`. */
export const certificate = z.union(
  [z.literal(true), z.string().regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/)],
  'expected true, or the name of a server, with its port or without',
);

/** The name of a session. */
export const sessionName = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'expected the name of a session: letters, digits, _ and -');

const pattern = oneLine.refine((text) => {
  try {
    return RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}, 'expected a regular expression');

const sources = ['json', 'header', 'cookie', 'match'] as const;

const source = z
  .strictObject({
    json: oneLine.optional(),
    header: token.optional(),
    cookie: token.optional(),
    match: pattern.optional(),
    secret: z.boolean().default(false),
  })
  .transform((value, context) => {
    const given = sources.filter((key) => value[key] !== undefined);
    const [from] = given;
    if (from === undefined || given.length > 1) {
      const message = `a saved value comes from one of ${sources.join(', ')}`;
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    }
    return { from, at: value[from] ?? '', secret: value.secret };
  });

const savedName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/, 'expected a name that begins with a small letter: small letters, digits, _ and -');

/** What is saved of an answer, by name. A text alone is where it stands in the JSON body. */
export const saves = z.record(
  savedName,
  z.union(
    [oneLine.transform((at) => ({ from: 'json' as const, at, secret: false })), source],
    'expected a place in the JSON body (id, $.items[0].id), or one of { json, header, cookie, match: … }, with secret or without',
  ),
);

/** By Django's names unless others are said. */
export const csrf = z
  .union(
    [
      z.literal(true),
      z.strictObject({ cookie: token.optional(), field: oneLine.optional(), header: token.optional() }),
    ],
    'expected true, or { cookie, field, header }',
  )
  .transform((value) => ({
    cookie: 'csrftoken',
    field: 'csrfmiddlewaretoken',
    header: 'X-CSRFToken',
    ...(value === true ? {} : Object.fromEntries(Object.entries(value).filter(([, name]) => name !== undefined))),
  }));

const part = z
  .strictObject({
    file: insidePath.optional(),
    content: z.string().optional(),
    name: oneLine.optional(),
    type: oneLine.optional(),
  })
  .transform((value, context) => {
    const say = (message: string) => {
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    };
    const { file, content, name = file?.split('/').at(-1), type = 'application/octet-stream' } = value;
    if ((file === undefined) === (content === undefined)) return say('an upload has one of file and content');
    if (name === undefined) return say('an upload of content needs the name that the file has: name');
    return { file, content, name, type };
  });

/** Files of a form, by the name of their field. */
export const upload = z.record(oneLine, part);
