import type { Problem } from '#fault';

type Login = { readonly username: string | undefined; readonly password: string | undefined };

/** What is wrong with a login of a registry: one half of it is of no use. `inputs`: the names that they are given by. */
export const loginProblems = (
  { username, password }: Login,
  inputs: { readonly username: string; readonly password: string },
): readonly Problem[] =>
  (username === undefined) === (password === undefined)
    ? []
    : [
        {
          where: `input ${username === undefined ? inputs.username : inputs.password}`,
          what: 'a login of a registry is a user name and a password',
          next: `give ${inputs.username} and ${inputs.password}, or none of them; one from a secret that does not exist is empty`,
        },
      ];
