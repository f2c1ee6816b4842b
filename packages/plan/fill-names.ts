import type { Problem } from '#fault';

// ${name} is the file's own, and so is %({name}i)s, a header in gunicorn's log
const named = /(?<!\$|%\()\{([a-z_-]+)\}/g;

/**
 * A file of the repository with the values of a target in place of their names in braces, and a problem for each name that stands for
 * nothing, but for those in a comment: what of a line stands before them is of the form `commented`.
 */
export const fillNames = (
  file: string,
  content: string,
  values: Readonly<Record<string, string>>,
  commented: RegExp,
): { text: string; problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const put = (text: string, at: number): string =>
    text.replaceAll(named, (whole, name: string, offset: number) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value !== undefined) return value;
      if (!commented.test(text.slice(0, offset)))
        problems.push({
          where: file,
          line: at + 1,
          what: `${whole} stands for nothing`,
          next: `there are ${Object.keys(values)
            .map((one) => `{${one}}`)
            .join(', ')}`,
        });
      // a word, so that what stands behind it is read as it will be
      return name;
    });
  return { text: content.split('\n').map(put).join('\n'), problems };
};
