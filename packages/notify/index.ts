export { noticesFile } from './for-host.ts';
export { messagesOf } from './messages.ts';
export type { Message } from './messages.ts';
export { hostNotice, noticeOf, revertedNotice } from './notice.ts';
export type { Notice } from './notice.ts';
