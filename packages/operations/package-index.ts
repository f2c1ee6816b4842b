import type { Problem } from '#fault';
import { loginOf } from '#plan';

/** pip and uv are told in the form of a netrc file: what else may stand there differs between their versions. */
const takable = /^[!$-&(-[\]-~]+$/;

/** What is wrong with the input; never its text. */
export const packageIndexProblems = (address: string | undefined): readonly Problem[] => {
  if (address === undefined) return [];
  const where = 'input package-index';
  const next = 'package-index: https://user:password@host/simple, from a secret';
  if (!/^https?:\/\/\S+$/.test(address) || !URL.canParse(address))
    return [{ where, what: 'is not an http:// or https:// address', next }];
  const { username, password } = new URL(address);
  if (username === '' && password === '') return [];
  const login = loginOf(address);
  if (login === undefined)
    return [{ where, what: 'has a user without a password, or a password without a user', next }];
  if (takable.test(login.user) && takable.test(login.password)) return [];
  return [
    {
      where,
      what: 'its user or password holds a blank, a quote, #, \\ or a character beyond ASCII, which pip and uv cannot be told',
      next: 'Use a token or a password without it.',
    },
  ];
};
