/** The values that a JSONPath selects in a document. Throws, in words, where the path is none. */
export type Select = (document: unknown, path: string) => readonly unknown[];

/** JSONPath after RFC 9535. Loaded when a check needs it: most do not. */
export const loadSelect = async (): Promise<Select> => {
  const { compile } = await import('json-p3');
  return (document, path) =>
    compile(path)
      .query(document as Parameters<ReturnType<typeof compile>['query']>[0])
      .values();
};

/** The values at a key: those of a JSONPath, or the top-level member. A text when the path is none. */
export const pick = (document: unknown, key: string, select: Select): readonly unknown[] | string => {
  if (!key.startsWith('$')) {
    const holder = typeof document === 'object' && document !== null && !Array.isArray(document) ? document : {};
    return Object.hasOwn(holder, key) ? [(holder as Record<string, unknown>)[key]] : [];
  }
  try {
    return select(document, key);
  } catch (error) {
    return `${key} is no JSONPath: ${error instanceof Error ? error.message : String(error)}`;
  }
};
