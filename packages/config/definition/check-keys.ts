import { z } from 'zod';
import { certificate, csrf, saves, sessionName, socketAddress, upload } from './check-values.ts';
import { duration, hostPath, insidePath, oneLine } from './values.ts';

/** How a check's request may be begun. */
export const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

/** What a request may send: one of these, or `form` and `upload` together. */
export const bodies = ['body', 'form', 'data', 'file', 'upload'] as const;

const address = z.string().regex(/^(\/|https?:\/\/)\S*$/, 'expected a path that begins with /, or an http(s) address');
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'expected the name of a header');
const status = z.int().min(100).max(599);
const listOf = <T extends z.ZodType>(one: T) => z.union([one, z.array(one).min(1)]);
const headers = z.record(headerName, oneLine);

const method = (verb: string) =>
  address.optional().describe(`The request is ${verb} to this: a path below \`url\`, or a whole address.`);

/** The keys of one check, as written. */
export const checkKeys = z.strictObject({
  name: oneLine.optional().describe('What the report calls this check. The request line if not given.'),
  get: method('GET'),
  head: method('HEAD'),
  post: method('POST'),
  put: method('PUT'),
  patch: method('PATCH'),
  delete: method('DELETE'),
  options: method('OPTIONS'),
  websocket: socketAddress
    .optional()
    .describe(
      'A WebSocket is opened to this, a path below `url` or a whole address, with `headers`, the cookies of `session` and an Origin. `send` or `data` is sent; one message must be as `contains` and `json` say; `status`: it must be refused with that.',
    ),
  send: z
    .string()
    .optional()
    .describe('With `websocket`: the text that is sent. `$NAME` and `{name}` are replaced as in `headers`.'),
  close: z
    .int()
    .min(1000)
    .max(4999)
    .optional()
    .describe('With `websocket`: the code that the server must close it with, by itself.'),
  certificate: certificate
    .optional()
    .describe(
      'The certificate that this server shows must be trusted here and made for its name: `true` for the server of `url`, or `name` or `name:port`.',
    ),
  'expires-after': duration
    .optional()
    .describe('With `certificate`: how long it must still be valid, at least (`14d`).'),
  issuer: oneLine
    .optional()
    .describe('With `certificate`: text that the name or organisation of its issuer must hold.'),
  headers: headers
    .optional()
    .describe(
      'Request headers. `$NAME` in a value is replaced from the environment, for names that the input `env` lists; `{name}` by what an earlier check saved.',
    ),
  body: z.string().optional().describe('What is sent, as it is. `$NAME` and `{name}` are replaced as in `headers`.'),
  form: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      'Fields sent as a form (`application/x-www-form-urlencoded`; with `upload`, `multipart/form-data`). `$NAME` and `{name}` are replaced.',
    ),
  data: z.json().optional().describe('A value sent as JSON. `$NAME` and `{name}` are replaced in its texts.'),
  file: insidePath
    .optional()
    .describe('A file of the checkout that is sent as the whole body, as it is: at most 64 MB.'),
  upload: upload
    .optional()
    .describe(
      'Files sent by their field’s name, as a browser sends a form (`multipart/form-data`): `{ file: PATH }` of the checkout, or `{ content: TEXT, name: FILENAME }`. Further keys: `type`. At most 64 MB.',
    ),
  session: sessionName
    .optional()
    .describe(
      'Checks of one list that name the same session share cookies, as tabs of a browser do. A cookie only goes to the host that set it.',
    ),
  csrf: csrf
    .optional()
    .describe(
      'Send the session’s CSRF token, as a header, as a field of `form` and with a Referer: from the cookie, else from the hidden field of the page that the session saw last. `true`: by Django’s names, which `{ cookie, field, header }` change.',
    ),
  save: saves
    .optional()
    .describe(
      'Values to take from a right answer, by name: later checks of the list say `{name}`. From JSON (`id`, `$.items[0].id`, as in `json`), or `{ json | header | cookie | match: … }`, where `match` is a regular expression (its first group). `secret: true` keeps a value out of all that is shown. Never sent to another origin than the one it came from.',
    ),
  status: listOf(status)
    .optional()
    .describe('The expected status, or several. Any 2xx if not given; any 3xx with `redirect`.'),
  'response-headers': headers.optional().describe('Response headers that must be there with exactly this value.'),
  without: listOf(headerName).optional().describe('Response headers that must not be there.'),
  contains: listOf(z.string().min(1)).optional().describe('Text that the body must hold.'),
  json: z
    .record(z.string(), z.json())
    .optional()
    .describe(
      'What the JSON body must hold: a key that begins with `$` is a JSONPath (RFC 9535), any other a top-level member.',
    ),
  redirect: oneLine
    .optional()
    .describe('The answer must be a redirect to here: a path below `url`, or a whole address.'),
  follow: z.boolean().default(false).describe('Follow redirects, and judge the last answer.'),
  max: duration.optional().describe('The longest time that one answer may take.'),
  from: z
    .enum(['runner', 'host'])
    .default('runner')
    .describe(
      'Where the request comes from. `host`: through the SSH connection, so that ports and names inside it can be asked; the headers `Host` and `X-Forwarded-Proto` say what a proxy in front would.',
    ),
  socket: hostPath
    .optional()
    .describe('With `from: host`: the Unix socket there that is asked, in plain HTTP, whatever the address says.'),
  repeat: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'Ask so many times, one after another with a pause of `every`; each answer must be right. With `p95`: 20.',
    ),
  p95: duration.optional().describe('Of the requests of `repeat`, 95 in 100 must be answered within this time.'),
  always: z
    .boolean()
    .default(false)
    .describe(
      'For what clears up after other checks: tried again for all of `within` also after a check has failed, when the others get one try.',
    ),
  every: duration
    .prefault('1s')
    .describe(
      'How long to wait between two tries, and between the requests of `repeat`: the most that a rate limit allows.',
    ),
  within: duration
    .prefault('60s')
    .describe(
      'How long to try again before the check has failed. A 429 or 503 that names a time (`Retry-After`) is waited for within this.',
    ),
});
