/** What a registry asks for with 401: a login, or a token that a token server gives (the distribution project's token specification). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const parameter = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Reads `WWW-Authenticate` (RFC 9110, 11.6.1). A token comes before a login where both are offered. undefined: neither. Pure. */
export const challengeOf = (header: string | undefined): Challenge | undefined => {
  const text = header ?? '';
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(text)?.[1];
  if (bearer !== undefined) {
    const given = new Map<string, string>();
    for (const [, name = '', quoted, plain = ''] of bearer.matchAll(parameter)) {
      const key = name.toLowerCase();
      if (!given.has(key)) given.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain);
    }
    const realm = given.get('realm');
    if (realm !== undefined && URL.canParse(realm))
      return { scheme: 'bearer', realm, service: given.get('service'), scope: given.get('scope') };
  }
  return /(?:^|,)\s*basic(?:\s|,|$)/i.test(text) ? { scheme: 'basic' } : undefined;
};
