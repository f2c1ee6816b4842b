import type { Check } from '#config';
import type { Cookie } from './cookies.ts';

/** The names that a check's CSRF token goes by. */
export type CsrfNames = NonNullable<Check['csrf']>;

/**
 * The token that a form of this site needs: the cookie, which is always the newest, else the hidden field of the page that
 * was seen last. Undefined: there is none. Pure.
 */
export const csrfToken = (
  { cookie, field }: CsrfNames,
  cookies: readonly Cookie[],
  page: string | undefined,
): string | undefined => cookies.find(({ name }) => name === cookie)?.value ?? hiddenField(page ?? '', field);

/** The value of the input of this name, in the order of the page. */
export const hiddenField = (html: string, name: string): string | undefined => {
  for (const [tag] of html.matchAll(/<input\b[^<>]*>/gi)) {
    const attributes = new Map(
      [...tag.matchAll(/\s([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)].map(
        ([, key = '', double, single, bare]) => [key.toLowerCase(), plain(double ?? single ?? bare ?? '')],
      ),
    );
    if (attributes.get('name') === name) return attributes.get('value');
  }
  return undefined;
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };

const plain = (text: string): string =>
  text.replace(/&(#39|#x27|[a-z]+);/gi, (whole, name: string) =>
    name.toLowerCase() === '#x27' ? "'" : (entities[name.toLowerCase()] ?? whole),
  );
