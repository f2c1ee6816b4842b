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
