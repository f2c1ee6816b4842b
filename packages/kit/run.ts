import { randomBytes } from 'node:crypto';
import { faultOf } from '#fault';
import type { Fault } from '#fault';
import { renderFault, secretsOfAddress } from '#plan';
import type { Action, Finished, Parts } from './action.ts';
import { cacheOf } from './cache.ts';
import { jobVariable, runContext } from './context.ts';
import type { ActionDefinition } from './definition.ts';
import { deliver } from './deliver.ts';
import { interruption } from './interruption.ts';
import { post } from './post.ts';
import { readInputs, variable } from './read-inputs.ts';
import { faultReport } from './fault-report.ts';
import { githubOf } from './github.ts';
import { actualRunner } from './runner.ts';
import type { Runner } from './runner.ts';
import { signerOf } from './signer.ts';
import { masksOf, masksOfEnv, masksOfValues, secrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';

/**
 * The entry of an action's main or post step. Reads inputs, runs the part, shows what came of it, and ends the process:
 * exit code 0 for done, unchanged and planned, else 1. Whatever is thrown is shown as a fault, never as a stack trace.
 */
export const run = async <D extends ActionDefinition>(definition: D, parts: Parts<D>): Promise<never> => {
  process.exitCode = 1; // whatever ends this process too early has failed
  const phase = 'main' in parts ? 'main' : 'post';
  const { signal, overdue } = interruption(phase);
  const runner = await actualRunner();
  const hidden = secrets();
  hide(definition, runner, hidden);
  const action = build(definition, phase, runner, hidden, signal);
  let code: number;
  try {
    const part = 'main' in parts ? parts.main : parts.post;
    const finished: Finished<D> | undefined = await Promise.race([part(action), overdue]);
    code = finished === undefined ? 0 : deliver(finished, runner, hidden);
  } catch (thrown) {
    code = failed(thrown, definition, action, runner, hidden);
  }
  await written();
  // Sockets and timers that nobody waits for must not keep the step.
  process.exit(code);
};

/** Resolves when all that was printed has gone out: a pipe that is full takes the rest later, and the end of the process would cut it off. */
const written = async (): Promise<void> => {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          // also where nobody reads any more
          stream.write('', () => {
            resolve();
          });
        }),
    ),
  );
};

/** Shows what was thrown. Where even a report cannot be delivered (a full disk, say), the log still says why. */
const failed = <D extends ActionDefinition>(
  thrown: unknown,
  definition: D,
  { phase, context, startedAt }: Action<D>,
  runner: Runner,
  hidden: Secrets,
): number => {
  const fault = shown(thrown, runner);
  try {
    const name = phase === 'main' ? definition.name : `${definition.name} (post)`;
    return deliver({ report: faultReport(name, fault, context, startedAt) }, runner, hidden);
  } catch (again) {
    for (const each of [fault, shown(again, runner)]) renderFault(hidden.scrubAll(each)).forEach(runner.print);
    return 1;
  }
};

/** A thrown thing as a fault. Where in the code it was thrown is for those who turn debug logging on. */
const shown = (thrown: unknown, runner: Runner): Fault => {
  const fault = faultOf(thrown);
  if (fault.code !== 'INTERNAL') return fault;
  if (thrown instanceof Error) runner.debug(thrown.stack ?? '');
  return { ...fault, said: [] };
};

/** What is masked of an input, by what it holds. */
const masks = {
  env: masksOfEnv,
  values: masksOfValues,
  address: (value: string) => [...masksOf(value), ...secretsOfAddress(value.trim()).flatMap(masksOf)],
  text: (value: string) => masksOf(value),
} as const;

/** Masks every secret input, before a line is printed that could hold one; `open`: see {@link masksOfEnv}. */
const hide = (definition: ActionDefinition, runner: Runner, hidden: Secrets, open?: string): void => {
  for (const [name, input] of Object.entries(definition.inputs)) {
    const value = runner.environment[variable(name)];
    if (input.kind !== 'secret' || value === undefined) continue;
    runner.mask(hidden.add(masks[input.holds ?? 'text'](value, open)));
  }
};

const build = <D extends ActionDefinition>(
  definition: D,
  phase: 'main' | 'post',
  runner: Runner,
  hidden: Secrets,
  signal: AbortSignal,
): Action<D> => {
  const { environment } = runner;
  const saved = new Map<string, string>();
  const state = (key: string): string | undefined => saved.get(key) ?? environment[`STATE_${key}`];
  const save = (key: string, value: string): void => {
    saved.set(key, value);
    runner.save(key, value);
  };
  const mask = (text: string): void => {
    runner.mask(hidden.add(masksOf(text)));
  };
  const kept = (key: string, found: string | undefined): string => {
    const value = found !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(found) ? found : randomBytes(8).toString('hex');
    if (state(key) !== value) save(key, value);
    return value;
  };
  const token = kept('token', environment[jobVariable] ?? state('token'));
  if (environment[jobVariable] !== token) runner.exportVariable(jobVariable, token);
  const driver = kept('driver', state('driver'));
  const context = runContext(environment, { token, driver, payload: runner.event() });
  const bearer = environment[variable('github-token')] ?? '';
  return {
    phase,
    ...readInputs(definition, environment),
    context,
    github: githubOf({ token: bearer === '' ? undefined : bearer, context }),
    cache: cacheOf(),
    signer: signerOf(environment),
    post,
    signal,
    workspace: environment.GITHUB_WORKSPACE ?? process.cwd(),
    temp: runner.temp,
    startedAt: new Date(),
    show: (line) => {
      for (const one of hidden.scrub(line).split(/\r?\n/)) runner.print(one);
    },
    group: async (title, body) => {
      runner.openGroup(hidden.scrub(title));
      try {
        return await body();
      } finally {
        runner.closeGroup();
      }
    },
    save,
    state,
    scrub: hidden.scrubAll,
    mask,
    shield: (open) => {
      hide(definition, runner, hidden, open);
    },
    output: (name, value) => {
      runner.output(name, hidden.scrub(String(value)));
    },
    variables: (names) => {
      const values = names.flatMap((name) => {
        const value = environment[name];
        return value === undefined || value === '' ? [] : [[name, value] as const];
      });
      for (const [, value] of values) mask(value);
      const found = new Set(values.map(([name]) => name));
      const problems = names
        .filter((name) => !found.has(name))
        .map((name) => ({
          where: 'input env',
          what: `${name} is not set`,
          next: `set it in the step's env: ${name}: …`,
        }));
      return { values: Object.fromEntries(values), problems };
    },
  };
};
