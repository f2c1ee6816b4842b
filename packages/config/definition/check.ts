import { z } from 'zod';
import { duration, oneLine } from './values.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

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
  headers: headers
    .optional()
    .describe(
      'Request headers. `$NAME` in a value is replaced from the environment, for names that the input `env` lists.',
    ),
  body: z.string().optional().describe('What is sent, as it is. `$NAME` is replaced as in `headers`.'),
  form: z
    .record(z.string(), z.string())
    .optional()
    .describe('Fields sent as a form (`application/x-www-form-urlencoded`).'),
  data: z.json().optional().describe('A value sent as JSON.'),
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
  every: duration.prefault('1s').describe('How long to wait between two tries.'),
  within: duration.prefault('60s').describe('How long to try again before the check has failed.'),
});

const flat = <T>(value: T | readonly T[] | undefined): readonly T[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** One check of `smoke`: a request, and what its answer must be. Durations in ms. */
export const check = checkKeys
  .check(({ value, issues }) => {
    const say = (message: string, path: PropertyKey[] = []) => {
      issues.push({ code: 'custom', message, input: value, path });
    };
    const sent = methods.filter((verb) => value[verb] !== undefined);
    if (sent.length !== 1) say(`a check has exactly one of ${methods.join(', ')}`, sent.slice(1, 2));
    const bodies = (['body', 'form', 'data'] as const).filter((key) => value[key] !== undefined);
    const [, second] = bodies;
    if (second !== undefined) say('a check sends one of body, form and data', [second]);
    if (bodies[0] !== undefined && (value.get ?? value.head) !== undefined)
      say('GET and HEAD send nothing', [bodies[0]]);
    if (value.redirect !== undefined && value.follow)
      say('a redirect that is followed cannot be checked; leave one out', ['follow']);
    if (value.head !== undefined && (value.contains ?? value.json) !== undefined)
      say('the answer to HEAD has no body', ['head']);
  })
  .transform((value) => {
    const verb = methods.find((name) => value[name] !== undefined) ?? 'get';
    return {
      name: value.name,
      method: verb.toUpperCase() as Uppercase<(typeof methods)[number]>,
      /** A path that begins with `/`, to be put behind the target's url, or a whole address. `$NAME` is not replaced yet. */
      url: value[verb] ?? '/',
      headers: value.headers ?? {},
      /** What is sent: at most one of the three. */
      body: value.body,
      form: value.form,
      data: value.data,
      /** Not given: any 2xx; with `redirect`, any 3xx. */
      status: flat(value.status),
      responseHeaders: value['response-headers'] ?? {},
      /** Header names that must be absent. */
      without: flat(value.without) ?? [],
      contains: flat(value.contains) ?? [],
      /** JSONPath (begins with `$`) or top-level member → the expected value. */
      json: value.json ?? {},
      redirect: value.redirect,
      /** A redirect that stays on the host of the request counts as success too: so in the check that is made when none is given. */
      ownRedirect: false as boolean,
      follow: value.follow,
      /** ms; the longest time of one answer. */
      max: value.max,
      /** ms */
      every: value.every,
      /** ms */
      within: value.within,
    };
  });

/** One check of `smoke`, with every default filled in. Durations in ms. */
export type Check = z.infer<typeof check>;
