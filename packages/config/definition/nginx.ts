import { z } from 'zod';
import { insidePath } from './values.ts';

const form = 'expected a name like example.org, in small letters';
const domain = z
  .string(form)
  .max(253, form)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/, form);

/** What nginx on the host serves the application by. */
export const nginx = z
  .strictObject({
    file: insidePath.describe(
      'The file of the repository that holds the site: blocks of `server`. `{domain}`, `{domains}`, `{current}` and `{shared}` stand for values of the target.',
    ),
    domains: z
      .array(domain)
      .min(1)
      .max(16)
      .refine((names) => new Set(names).size === names.length, 'a domain is named twice')
      .describe('What the site may answer for. The first is `{domain}`; the setup script has root allow them.'),
  })
  .describe(
    "nginx's site of the application, which is part of a release: tested before anything opens, put into place by the switch, and brought back by an undo. See `docs/nginx.md`.",
  );
