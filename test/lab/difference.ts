/** What the lines of two listings do not have in common, `-` before those of the first, `+` before those of the second; and if they have as many. */
export const difference = (before: readonly string[], after: readonly string[]): readonly string[] => {
  // sets: a whole host has many lines
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...before.filter((line) => !is.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !was.has(line)).map((line) => `+ ${line}`),
    ...(before.length === after.length ? [] : [`${before.length} lines, then ${after.length}`]),
  ];
};
