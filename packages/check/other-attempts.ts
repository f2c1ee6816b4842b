import { absolute } from './address.ts';
import type { Try } from './attempt.ts';
import { judgeCertificate } from './certificate.ts';
import { prepare } from './prepare.ts';
import { fits, judgeConversation, wantsMessage } from './websocket.ts';

/** One look or conversation may take so long where the check has no `max`: ms. */
const usual = 10_000;

const limitOf = ({ check, setting, end }: Try): number => {
  const { clock, deadline = Infinity } = setting;
  return Math.min(check.max ?? usual, Math.max(1000, (check.within === 0 ? deadline : end) - clock.now()));
};

/** One look at a certificate. Gives back what was wrong. */
export const askCertificate = async (given: Try): Promise<readonly string[]> => {
  const { check, setting } = given;
  const address = absolute(check.url, setting.url);
  if (check.certificate === undefined || address === undefined) return ['not sent: there is no `url` to look at'];
  const url = new URL(address);
  if (url.protocol !== 'https:') return [`not sent: ${url.host} is asked by http, where there is no certificate`];
  const { signal } = setting;
  const shown = await setting.certificate({ url, limit: limitOf(given), ...(signal === undefined ? {} : { signal }) });
  return judgeCertificate(check.certificate, shown);
};

/** One conversation over a WebSocket. Gives back what was wrong. */
export const converse = async (given: Try): Promise<readonly string[]> => {
  const { check, setting, memory, select } = given;
  const prepared = prepare(check, setting.url, setting.env, { saved: memory.saved() });
  if (!prepared.ok) return [prepared.why];
  const { url, headers: made, body } = prepared.request;
  const { 'content-type': ofBody, ...written } = made;
  const cookies = memory.session(check.session && `${check.session} `, setting.client).cookies(url, written);
  const cookie = [
    ...(written['cookie'] === undefined ? [] : [written['cookie']]),
    ...cookies.map(({ name, value }) => `${name}=${value}`),
  ].join('; ');
  const host = written['host'] ?? url.host;
  const bench = { url, host, select, scrub: memory.scrub };
  const limit = limitOf(given);
  const conversation = await setting.webSocket({
    url,
    // as a browser's page of the same site would ask
    headers: { origin: `${url.protocol}//${host}`, ...written, ...(cookie === '' ? {} : { cookie }) },
    ...(body === undefined ? {} : { message: body.toString() }),
    enough: (messages) => !wantsMessage(check) || messages.some((message) => fits(check, message, bench)),
    untilClosed: check.websocket?.close !== undefined,
    limit,
    ...(setting.signal === undefined ? {} : { signal: setting.signal }),
  });
  return judgeConversation(check, conversation, bench, limit);
};
