import { certificateClient } from './certificate-client.ts';
import { httpClient } from './http-client.ts';
import type { Setting } from './setting.ts';
import { webSocketClient } from './websocket-client.ts';

/** The clients of this machine. */
export const outside: Pick<Setting, 'client' | 'webSocket' | 'certificate'> = {
  client: httpClient,
  webSocket: webSocketClient,
  certificate: certificateClient,
};
