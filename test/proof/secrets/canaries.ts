import { randomInt } from 'node:crypto';

/** A text that stands nowhere but where a secret of this run was carried to. Letters only: nothing about it looks secret. */
export type Canary = { readonly name: string; readonly text: string };

/** Makes canaries by name, and remembers all. */
export const canaries = () => {
  const all: Canary[] = [];
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  return {
    /** A new one, for the secret that is named. */
    make: (name: string): string => {
      const text = `zq${Array.from({ length: 14 }, () => letters.charAt(randomInt(26))).join('')}`;
      all.push({ name, text });
      return text;
    },
    /** Lines that are secret as they are: of a private key. */
    take: (name: string, content: string): void => {
      for (const text of content.split('\n'))
        if (text.length >= 16 && !text.startsWith('-----')) all.push({ name, text });
    },
    all: (): readonly Canary[] => all,
  };
};

/** A canary as it may stand somewhere: as it is, in hex, and in base64 at each of its three alignments. */
const formsOf = (text: string): readonly string[] => {
  const inner = [0, 1, 2].map((pad) => {
    const coded = Buffer.from('\0'.repeat(pad) + text).toString('base64');
    // the first characters depend on what stands before, the last on what follows
    return coded.slice(pad === 0 ? 0 : pad + 1).replace(/=+$/, '').slice(0, -1);
  }); // prettier-ignore
  return [text, Buffer.from(text).toString('hex'), ...inner];
};

/** Finds canaries in bytes, in any of their forms: their names. */
export const finder = (all: readonly Canary[]): ((bytes: Buffer) => readonly string[]) => {
  const forms = all.flatMap(({ name, text }) => formsOf(text).map((form) => ({ name, form })));
  const any = new RegExp([...new Set(forms.map(({ form }) => form.replaceAll(/[+/]/g, '\\$&')))].join('|'), 'g');
  return (bytes) => {
    const hits = new Set([...bytes.toString('latin1').matchAll(any)].map(([hit]) => hit));
    return [...new Set(forms.filter(({ form }) => hits.has(form)).map(({ name }) => name))];
  };
};
