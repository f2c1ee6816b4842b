import { couldRevert } from '#journal';
import { hostNotice, messagesOf, noticesFile } from '#notify';
import type { Found, Note } from '#plan';
import type { Opening } from './open.ts';
import { liveOf } from './live.ts';
import type { Scene } from './scene.ts';

/**
 * What the host may tell by itself of the transaction that is about to be opened, should nobody confirm it: whole messages, one for
 * each way in which that can come, so that it puts nothing into them and needs no key to sign them. Undefined: it shall tell nobody.
 */
export const hostNotices = (
  { target, context, env }: Pick<Scene, 'target' | 'context' | 'env'>,
  found: Found,
  { kind, release, adopts }: Pick<Opening, 'kind' | 'release' | 'adopts'>,
): Buffer | undefined => {
  if (target.tellsItself !== true) return undefined;
  const number = found.number + 1;
  const previous = adopts === true ? 'what people had made' : liveOf(found);
  const cases = couldRevert({ number, release, previous, by: context.actor }).map(({ why, ...reverted }) => {
    const came = reverted.held ? ('held' as const) : ('undone' as const);
    const report = {
      action: kind === 'deploy' ? 'deploy-over-ssh' : kind,
      result: came,
      target: target.name,
      host: target.host.name,
      ...(target.url === undefined ? {} : { url: target.url }),
      // what is named as the release of a notice serves; of what is held a person must find out
      ...(reverted.held || adopts === true || previous === '' ? {} : { release: previous }),
      transaction: `t${number}`,
    };
    const run = /^https?:/.test(context.url) ? { run: context.url } : {};
    return { came, why, messages: messagesOf(hostNotice({ report, ...run }, reverted), target.notify, env) };
  });
  const text = noticesFile(cases);
  return text === undefined ? undefined : Buffer.from(text);
};

/** The host shall tell people by itself, and cannot. */
export const mute = ({ programs }: Pick<Found, 'programs'>, { tellsItself }: Scene['target']): readonly Note[] =>
  tellsItself !== true || (programs.get('curl') ?? '') !== '' || (programs.get('python3') ?? '') !== ''
    ? []
    : [
        {
          kind: 'warning',
          text: 'notify.from-host: the host has neither curl nor python3, and cannot tell anybody; the next run does',
        },
      ];
