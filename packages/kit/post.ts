import type { Post } from '#plan';

/** A word that a service answers with, like Slack's `invalid_blocks`. Anything else may repeat what it was sent. */
const word = (text: string): string => /^[a-z_]{1,60}$/.exec(text.trim())?.[0] ?? '';

/**
 * Sends JSON by POST, through the runner's proxy. No redirect is followed: the message, and the secret in the address, are for
 * nobody else. Errors are told by their code alone, for their texts may hold the address.
 */
export const post: Post = async ({ url, headers, body, limit }) => {
  const { HttpClient } = await import('@actions/http-client');
  const how = { allowRedirects: false, allowRetries: false, keepAlive: false, socketTimeout: limit };
  const client = new HttpClient('landfall', [], how);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error(), { code: 'no answer in time' }));
  }, limit);
  const sent = async () => {
    const response = await client.post(url, body, { ...headers });
    return { status: response.message.statusCode ?? 0, said: word(await response.readBody()) };
  };
  try {
    return await Promise.race([sent(), over]);
  } catch (thrown) {
    const { code } = (thrown ?? {}) as { readonly code?: unknown };
    return { said: typeof code === 'string' ? code : 'no answer' };
  } finally {
    clearTimeout(timer);
    client.dispose();
  }
};
