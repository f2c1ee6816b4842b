import { z } from 'zod';
import { check } from './check.ts';
import type { Check } from './check.ts';

const named = /\{([a-z][a-z0-9_-]*)\}/g;

/** A list of checks, in their order: what one saves, only later ones may name. */
export const checkList = z.array(check).check(({ value, issues }) => {
  // a check with problems of its own has not become one
  if (issues.length > 0) return;
  const saved = new Set<string>();
  for (const [at, { url, save }] of value.entries()) {
    const say = (message: string) => {
      issues.push({ code: 'custom', message, input: url, path: [at] });
    };
    for (const [, name = ''] of url.matchAll(named))
      if (!saved.has(name)) say(`{${name}} in ${url}: no check before this one saves it`);
    if (/^https?:\/\/[^/?#]*\{/.test(url)) say(`${url}: a saved value cannot say which host is asked`);
    for (const name of Object.keys(save)) saved.add(name);
  }
});

const nothing = check.parse({ get: '/' });

/** Checks as a release has recorded them, of which an older Landfall may not know every key. */
export const recordedChecks = (checks: readonly unknown[]): readonly Check[] =>
  checks.map((one) => ({ ...nothing, ...(one as Check) }));
