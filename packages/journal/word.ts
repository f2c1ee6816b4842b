/**
 * A value as the journal keeps it: hosts leave out values that hold anything but letters, digits and `._:/@#+-`, so everything
 * else, and `+` itself, is written as `+` and the hexadecimal digits of its bytes. No two values give the same word.
 */
export const toWord = (value: string): string =>
  encodeURIComponent(value.toWellFormed())
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%', '+');

/** The value of a journal's word. What was not written by {@link toWord} is given back as it is. */
export const fromWord = (word: string): string => {
  try {
    return decodeURIComponent(word.replaceAll('%', '%25').replaceAll('+', '%'));
  } catch {
    return word;
  }
};
