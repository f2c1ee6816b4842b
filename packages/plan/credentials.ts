const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** User and password of an address, decoded. undefined: it is no address with both. */
export const loginOf = (address: string): { readonly user: string; readonly password: string } | undefined => {
  if (!URL.canParse(address)) return undefined;
  const { username, password } = new URL(address);
  return username === '' || password === '' ? undefined : { user: decoded(username), password: decoded(password) };
};

/** An address without its user and password; a text that is none as it is. */
export const withoutLogin = (address: string): string => {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
};

/**
 * The texts that may not be shown of an address with user and password: itself, and what stands before its host, also as programs
 * print and send it. A user alone is not hidden: pip shows it, and it is often a word like `aws`.
 */
export const secretsOfAddress = (address: string): readonly string[] => {
  const [, userinfo] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(address) ?? [];
  if (userinfo === undefined) return [];
  const [user = '', ...rest] = userinfo.split(':');
  const password = rest.join(':');
  const plain = `${decoded(user)}:${decoded(password)}`;
  const hidden = password === '' ? [user, decoded(user)] : [userinfo, plain, password, decoded(password)];
  return [...new Set([address, ...hidden, Buffer.from(plain).toString('base64')])].filter((text) => text !== '');
};
