export { messagesOf } from './messages.ts';
export type { Message } from './messages.ts';
export { noticeOf, revertedNotice } from './notice.ts';
export type { Notice } from './notice.ts';
