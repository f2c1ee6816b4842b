import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Annotation } from './annotations.ts';

/** What the kit asks of the machine it runs on: GitHub's runner, or a person's terminal. */
export type Runner = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What GitHub says of the event that started the run; undefined where there is nothing to read. */
  readonly event: () => unknown;
  readonly print: (line: string) => void;
  /** Masks these texts in the log from here on. */
  readonly mask: (texts: readonly string[]) => void;
  readonly openGroup: (title: string) => void;
  readonly closeGroup: () => void;
  /** Shown when debug logging is on. */
  readonly debug: (text: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  readonly output: (name: string, value: string) => void;
  /** For the post step. */
  readonly save: (key: string, value: string) => void;
  /** For later steps of the job. */
  readonly exportVariable: (name: string, value: string) => void;
  readonly summary: (markdown: string) => void;
  /** The directory for temporary files, which the runner empties after the job. */
  readonly temp: string;
  /** Writes a file below the runner's temporary directory, for the owner only; returns its path. */
  readonly file: (name: string, content: string) => string;
};

/** The runner as it is: what its protocol has no file for (on a terminal) is left out. */
export const actualRunner = async (): Promise<Runner> => {
  const core = await import('@actions/core');
  const environment = process.env;
  const has = (name: string): boolean => (environment[name] ?? '') !== '';
  const temp = has('RUNNER_TEMP') ? (environment.RUNNER_TEMP ?? '') : tmpdir();
  return {
    environment,
    event: () => {
      try {
        return JSON.parse(readFileSync(environment.GITHUB_EVENT_PATH ?? '', 'utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
    print: (line) => {
      process.stdout.write(`${inert(line)}\n`);
    },
    mask: (texts) => {
      if (has('GITHUB_ACTIONS')) texts.forEach(core.setSecret);
    },
    openGroup: has('GITHUB_ACTIONS') ? core.startGroup : (title) => process.stdout.write(`${inert(title)}\n`),
    closeGroup: () => {
      if (has('GITHUB_ACTIONS')) core.endGroup();
    },
    debug: (text) => {
      if (has('GITHUB_ACTIONS')) core.debug(text);
    },
    annotate: ({ level = 'error', message, title, file, line }) => {
      if (!has('GITHUB_ACTIONS')) return;
      core[level](message, {
        title,
        ...(file === undefined ? {} : { file }),
        ...(line === undefined ? {} : { startLine: line }),
      });
    },
    output: (name, value) => {
      if (has('GITHUB_OUTPUT')) core.setOutput(name, value);
    },
    save: (key, value) => {
      if (has('GITHUB_STATE')) core.saveState(key, value);
    },
    exportVariable: (name, value) => {
      if (has('GITHUB_ENV')) core.exportVariable(name, value);
    },
    summary: (markdown) => {
      const path = environment.GITHUB_STEP_SUMMARY;
      if (path !== undefined && path !== '') appendFileSync(path, markdown);
    },
    temp,
    file: (name, content) => {
      const path = join(temp, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    },
  };
};

/**
 * The runner takes a line that begins with `::`, or holds `##[`, for a command. What a host says must not command it. Lines
 * end for the runner (.NET) at `\r`, too, and U+0085 is a blank.
 */
const inert = (line: string): string => line.replace(/^([\s\u0085]*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
