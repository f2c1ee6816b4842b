import { z } from 'zod';
import { shorten } from '#plan';
import type { Finding } from '#plan';
import { each, jsonIn } from './json.ts';
import { scanned, troubles } from './report.ts';
import type { About, ScanResults } from './results.ts';
import { firstLine, oneLine } from './text.ts';

const vulnerability = z.object({
  id: z.string(),
  fix_versions: z.array(z.string()).default([]),
  aliases: z.array(z.string()).default([]),
  description: z.string().nullish(),
});

const dependency = z.union([
  z.object({ name: z.string(), skip_reason: z.string() }),
  z.object({ name: z.string(), version: z.string(), vulns: z.array(z.unknown()) }),
]);

// before 2.0 it was the list alone
const report = z.union([
  z.object({ dependencies: z.array(z.unknown()) }).transform(({ dependencies }) => dependencies),
  z.array(z.unknown()),
]);

/**
 * `pip-audit -f json`. It gives no severity: all are high. It says "No known vulnerabilities found" and exits 0 also when it could audit none of
 * its packages (seen with 2.10.1): each that it skipped is unchecked, and so is a report without packages.
 */
export const readPipAudit = (text: string, { file }: About): ScanResults => {
  const trouble = troubles('pip-audit', file);
  const read = report.safeParse(jsonIn(text));
  if (!read.success) {
    trouble.add(text.trim() === '' ? 'is empty' : 'is no report of pip-audit, or a part of one');
    return scanned('pip-audit', file, trouble);
  }
  if (read.data.length === 0) trouble.add('names no dependency that was looked at');
  const findings = each(read.data, dependency, trouble, 'dependency').flatMap((one): readonly Finding[] => {
    if ('skip_reason' in one) {
      trouble.add(`skipped ${one.name}: ${one.skip_reason}`);
      return [];
    }
    const subject = oneLine(`${one.name} ${one.version}`);
    return each(one.vulns, vulnerability, trouble, `vulnerability of ${subject}`).map((found): Finding => {
      const says = shorten(firstLine(found.description ?? '') || found.id, 300);
      const aliases = found.aliases.length === 0 ? '' : ` (${found.aliases.join(', ')})`;
      const fixes = found.fix_versions.join(' or ');
      return {
        tool: 'pip-audit',
        rule: oneLine(found.id),
        severity: 'high',
        message: oneLine(`${subject}: ${says}${aliases}`),
        subject,
        ...(fixes === '' ? {} : { fix: oneLine(`upgrade to ${fixes}`) }),
      };
    });
  });
  return scanned('pip-audit', file, trouble, findings);
};
