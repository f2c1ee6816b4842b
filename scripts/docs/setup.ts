/** What docs/setup.md shows of the setup script: the script itself, with the values of an example. */
import { setupExample } from '#setup';

const marker = /<!-- begin setup -->\n[^]*?<!-- end -->/;

/** The document with what stands between `<!-- begin setup -->` and `<!-- end -->` made anew. Throws where there is no such place. */
export const withSetup = (document: string): string => {
  if (!marker.test(document)) throw new Error('docs/setup.md: there is no place for the script');
  return document.replace(marker, () => `<!-- begin setup -->\n\n\`\`\`sh\n${setupExample}\`\`\`\n\n<!-- end -->`);
};
