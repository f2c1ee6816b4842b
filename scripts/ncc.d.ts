declare module '@vercel/ncc' {
  /** The part of ncc's programmatic interface that the build uses; the package brings no types. */
  export default function ncc(
    input: string,
    options: {
      cache: false;
      quiet: boolean;
      transpileOnly: boolean;
      externals: readonly string[];
      license: string;
    },
  ): Promise<{ code: string; assets: Record<string, { source: string | Buffer }> }>;
}
