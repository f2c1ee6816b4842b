import type { Problem } from '#fault';

/** One assignment of a file, or the head of a section, whose key is empty. Lines count from 1. */
export type Entry = { readonly section: string; readonly key: string; readonly value: string; readonly line: number };

/** The entries of a text, in their order, and every problem that the format itself has with it. */
export type Reader = (file: string, text: string) => { entries: readonly Entry[]; problems: readonly Problem[] };
