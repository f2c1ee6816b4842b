import { readFileSync } from 'node:fs';

const common = readFileSync(new URL('./common.sh', import.meta.url), 'utf8');
const watch = readFileSync(new URL('./watch.sh', import.meta.url), 'utf8');
const endGroup = readFileSync(new URL('./end-group.sh', import.meta.url), 'utf8');
const relay = readFileSync(new URL('./relay.sh', import.meta.url), 'utf8');
const relayBody = readFileSync(new URL('./relay.py', import.meta.url), 'utf8');
const launch = readFileSync(new URL('./launch.sh', import.meta.url), 'utf8');
const follow = readFileSync(new URL('./follow.sh', import.meta.url), 'utf8');

/** How programs are kept on a leash on a host: texts that the transport itself runs, beside those of the table. */
export const transport = {
  /** Goes in front of a program without stdin: ends it when the connection is lost. */
  watch,
  /** Argument: a process group. Ends it. */
  endGroup: common + endGroup,
  /** Arguments: {@link relayBody}, and an address or a socket of the host. Passes stdin on to it, and back what it answers. */
  relay,
  relayBody,
  /**
   * Starts a detached program once, however often it is run, and follows it to its end: one text, so that it costs one round trip.
   * Arguments: directory of steps, step, bytes of stderr seen, limit in s, bytes and sha256 of the program, which is its stdin.
   */
  detach: common + launch + follow,
};
