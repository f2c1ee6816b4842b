import type { z } from 'zod';
import type { Troubles } from './report.ts';

/** The most of a JSON report that is read, in UTF-16 units. GitHub takes 10 MB of packed SARIF; JSON is held whole, unlike XML and LCOV. */
export const mostJson = 64 * 1024 * 1024;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Where a document begins: not a banner, like bandit's `[main]	INFO`. */
const beginning = /^[{[](?!\w[\w .:-]*\])/m;

/**
 * The JSON in what a tool printed, also if banners and warnings stand in the lines before or after it. undefined: there is no whole one, or
 * there are several. What is left of a document that was cut has more closing than opening brackets, or fewer: it is none.
 */
export const jsonIn = (text: string): unknown => {
  const whole = parsed(text.trim());
  if (whole !== undefined) return whole;
  const begin = text.search(beginning);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  return begin === -1 ? undefined : parsed(text.slice(begin, end));
};

/** Those of a list that have the shape; of the others it is told that they could not be read. */
export const each = <T>(list: readonly unknown[], shape: z.ZodType<T>, trouble: Troubles, what: string): readonly T[] =>
  list.flatMap((one): T[] => {
    const read = shape.safeParse(one);
    if (read.success) return [read.data];
    const [issue] = read.error.issues;
    trouble.add(`has a ${what} that could not be read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
    return [];
  });
