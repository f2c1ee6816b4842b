import { explain } from '#plan';
import { place, serverName } from './http-client.ts';
import { bodyLimit } from './http.ts';
import type { Conversation, WebSocketClient } from './websocket.ts';

/** What is kept of a conversation at most: messages, and their characters. */
const most = { messages: 1000, characters: 4 * bodyLimit };

/** The WebSocket client of the checks: a connection of its own, no redirect, no compression; certificates are verified. */
export const webSocketClient: WebSocketClient = async (request) => {
  const { WebSocket } = await import('ws');
  const { url, headers, message, enough, untilClosed, limit, signal } = request;
  return new Promise((resolve) => {
    const messages: string[] = [];
    let socket: InstanceType<typeof WebSocket> | undefined;
    let opened = false;
    let characters = 0;
    let done = false;
    const end = (more: { closed?: { code: number; reason: string }; broken?: string } = {}): void => {
      finish({ opened: true, messages, ...more });
    };
    const finish = (conversation: Conversation): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      resolve(conversation);
      if (conversation.opened && socket?.readyState === WebSocket.OPEN) socket.close(1000);
      else socket?.terminate();
    };
    const never = (why: string, status?: number): void => {
      finish({ opened: false, why, ...(status === undefined ? {} : { status }) });
    };
    const cancel = (): void => {
      if (opened) end({ broken: 'cancelled' });
      else never('cancelled');
    };
    const timer = setTimeout(() => {
      if (opened) end();
      else never(`no WebSocket from ${place(url)} within ${Math.round(limit)} ms`);
    }, limit);
    signal?.addEventListener('abort', cancel, { once: true });
    const failed = (error: unknown): void => {
      const why = explain(error, place(url));
      if (opened) end({ broken: why });
      else never(why);
    };
    try {
      socket = new WebSocket(url.href.replace(/^http/, 'ws'), {
        headers: { 'user-agent': 'Landfall', ...headers },
        perMessageDeflate: false,
        followRedirects: false,
        maxPayload: bodyLimit,
        ...serverName(headers['host'] ?? url.host),
      });
    } catch (error) {
      failed(error);
      return;
    }
    // also after the end: an 'error' that nobody hears ends the process
    socket.on('error', failed);
    socket.on('unexpected-response', (_, response) => {
      never(`expected a WebSocket, ${place(url)} answers with status ${response.statusCode ?? 0}`, response.statusCode);
      response.resume();
    });
    socket.on('open', () => {
      opened = true;
      if (message !== undefined) socket.send(message);
      if (!untilClosed && enough(messages)) end();
    });
    socket.on('message', (content: Buffer) => {
      if (done) return;
      messages.push(content.toString('utf8'));
      characters += content.length;
      if (!untilClosed && enough(messages)) end();
      else if (messages.length >= most.messages || characters > most.characters)
        end({ broken: 'the server said more than a check listens to' });
    });
    socket.on('close', (code, reason) => {
      end({ closed: { code, reason: reason.toString('utf8') } });
    });
    if (signal?.aborted === true) cancel();
  });
};
