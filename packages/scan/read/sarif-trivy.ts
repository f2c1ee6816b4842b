import { oneLine } from './text.ts';

/** Trivy writes what it found as lines into the message: `Package: …`, `Installed Version: …` and so on. */
const line = (says: string, name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(says)?.[1];

/**
 * What Trivy says of a package, a file or an image, for people: the title of the vulnerability, which only its rule has, or what is wrong with a
 * file. undefined: the message is not of that form. Pure.
 */
export const trivySays = (
  says: string,
  title: string | undefined,
): { readonly message: string; readonly subject?: string; readonly fix?: string } | undefined => {
  const name = line(says, 'Package');
  const message = line(says, 'Message');
  if (name === undefined)
    return message === undefined || line(says, 'Artifact') === undefined ? undefined : { message };
  const subject = oneLine(`${name} ${line(says, 'Installed Version') ?? ''}`);
  const fixed = line(says, 'Fixed Version');
  return {
    message: `${subject}: ${title ?? 'vulnerable'}`,
    subject,
    ...(fixed === undefined ? {} : { fix: oneLine(`upgrade to ${fixed}`) }),
  };
};
