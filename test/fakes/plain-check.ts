import type { Check } from '#config';

/** A check with nothing expected, for tests: what configuration makes of `{ get: url }`, one GET retried for 60 s. */
export const plainCheck = (url: string): Check => ({
  name: undefined,
  method: 'GET',
  url,
  headers: {},
  body: undefined,
  form: undefined,
  data: undefined,
  status: undefined,
  responseHeaders: {},
  without: [],
  contains: [],
  json: {},
  redirect: undefined,
  ownRedirect: true,
  follow: false,
  max: undefined,
  every: 1000,
  within: 60_000,
});
