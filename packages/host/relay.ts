import { Duplex, PassThrough } from 'node:stream';
import { transport } from '#remote';
import type { Inside } from './reach.ts';
import type { Shell } from './shell.ts';

/** Why a program on the host made no connection: nothing answers there, or the host has no python3 for it; and what it said. */
export type NotRelayed = { readonly why: 'nothing' | 'no-python'; readonly said: string };

/** A connection that a program on the host made, or why there is none. */
export type Relayed = Duplex | NotRelayed;

/** The exit codes of relay.sh. */
const meant: Readonly<Record<number, NotRelayed['why']>> = { 1: 'nothing', 69: 'no-python' };

/**
 * Connects from a host to something inside it by a program there, which passes the bytes on: what a check `from: host` uses where sshd
 * forwards nothing. Ending the stream ends the program. Rejects where no program could be run.
 */
export const relay = async (shells: { readonly take: () => Promise<Shell> }, to: Inside): Promise<Relayed> => {
  const shell = await shells.take();
  const sent = new PassThrough();
  const connected = Promise.withResolvers<Relayed>();
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      sent.write(chunk, done);
    },
    final: (done) => {
      sent.end(done);
    },
    destroy: (error, done) => {
      sent.end();
      shell.close();
      done(error);
    },
  });
  let greeted = false;
  let said = '';
  shell.start({
    args: [transport.relayBody, ...('socket' in to ? [to.socket] : [to.host, String(to.port)])],
    text: transport.relay,
    body: sent,
    onOut: (chunk) => {
      // the line is written alone, before anything else
      const rest = greeted ? chunk : chunk.subarray(chunk.indexOf('\n') + 1);
      greeted = true;
      connected.resolve(stream);
      if (rest.length > 0) stream.push(rest);
    },
    onErr: (chunk) => {
      said += chunk.toString('utf8');
    },
  });
  void shell.ended.then(({ code = -1, noise }) => {
    const why = meant[code];
    if (why === undefined) connected.reject(new Error(noise.trim() || 'the connection is gone'));
    else connected.resolve({ why, said: said.trim() });
    stream.push(null);
  });
  return connected.promise;
};
