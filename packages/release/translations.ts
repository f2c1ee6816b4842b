import { posix } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '#fault';
import type { Note } from '#plan';
import type { Entry } from './tree.ts';

/** What Django says of folders with .po files that `compilemessages` would compile. */
export const translationFacts = z.object({
  /** USE_I18N. */
  used: z.boolean(),
  /** Relative to the release. */
  inside: z.array(z.string()),
  /** Those that really lie elsewhere: relative where a link of the release leads there, else absolute. */
  outside: z.array(z.string()),
});

/** Files of translations below the folder of manage.py, where Django's command looks for them: what a plan can tell before Django is asked. */
export const translationFiles = (entries: readonly Pick<Entry, 'path'>[], directory: string): readonly string[] => {
  const top = posix.join(directory, '/');
  return entries
    .map(({ path }) => path)
    .filter(
      (path) => (top === './' || path.startsWith(top)) && /(?:^|\/)locale\/[^/]+\/LC_MESSAGES\/.*\.po$/.test(path),
    );
};

/**
 * Are translations compiled? Where Django uses any. They must lie in the release itself: elsewhere compiling would write into what is
 * running now. Faults: `APPLICATION_FAILED` with what to change.
 */
export const compiled = ({
  used,
  inside,
  outside,
}: z.infer<typeof translationFacts>): Result<{ compilemessages: boolean; notes: readonly Note[] }> => {
  const all = [...inside, ...outside];
  if (all.length === 0) return ok({ compilemessages: false, notes: [] });
  if (!used)
    return ok({
      compilemessages: false,
      notes: [{ kind: 'info', text: `USE_I18N is off: the translations in ${all.join(', ')} are not compiled` }],
    });
  if (outside.length > 0)
    return fail({
      code: 'APPLICATION_FAILED',
      what: `translations in ${outside.join(', ')} lie outside of the release: compiling them would change what is running now`,
      next: 'Keep translations in the repository, in folders that `shared` does not name.',
    });
  return ok({
    compilemessages: true,
    notes: [{ kind: 'detected', text: `translations in ${inside.join(', ')} are compiled by compilemessages` }],
  });
};
