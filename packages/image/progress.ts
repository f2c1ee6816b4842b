import { StringDecoder } from 'node:string_decoder';
import { renderDuration, wholeWords } from '#plan';
import type { BuildStep } from '#plan';

/** What is read of a line of `--progress rawjson`: BuildKit's SolveStatus. Times are ISO 8601, data is base64. */
type Status = {
  readonly vertexes?: readonly Vertex[] | null;
  readonly logs?: readonly { readonly vertex?: string; readonly data?: string }[] | null;
  readonly warnings?: readonly { readonly short?: string; readonly url?: string }[] | null;
};

type Vertex = {
  readonly digest: string;
  readonly name?: string;
  readonly started?: string | null;
  readonly completed?: string | null;
  readonly cached?: boolean;
  readonly error?: string;
};

type Seen = {
  name: string;
  readonly tail: string[];
  rest: string;
  /** The line that has no end yet was too long, and its beginning is told. */
  skipping: boolean;
  /** A letter may be divided between two pieces. */
  readonly text: StringDecoder;
  step?: BuildStep;
  error?: string;
};

/** Lines of a step that are kept, for when it fails. */
const kept = 25;
/** Characters of a line that are held while its end is waited for, and shown. */
const longest = 64 * 1024;

/** BuildKit's own housekeeping, which is no step of the Dockerfile. */
const isInternal = (name: string): boolean => name.startsWith('[internal]') || name.startsWith('[auth]');

/** What a build says, read line by line as it goes. */
export type Progress = {
  /** Takes a line that buildx has written, without its end. */
  readonly line: (text: string) => void;
  /** Steps that have ended, in the order of their ends; internal ones left out. */
  readonly steps: () => readonly BuildStep[];
  /** The step that failed, and its last lines; undefined: none did. */
  readonly failed: () =>
    { readonly name: string; readonly error: string; readonly tail: readonly string[] } | undefined;
  /** What BuildKit warned of: `JSONArgsRecommended: …`. */
  readonly warnings: () => readonly string[];
  /** The last lines that were no progress: what buildx itself had to say. */
  readonly said: () => readonly string[];
};

/** Begins to read. `show` gets lines for the log. */
export const progress = (show: (line: string) => void): Progress => {
  const seen = new Map<string, Seen>();
  const steps: BuildStep[] = [];
  const warnings = new Set<string>();
  const said: string[] = [];
  let failed: Seen | undefined;

  const of = (digest: string): Seen => {
    const found = seen.get(digest) ?? { name: '', tail: [], rest: '', skipping: false, text: new StringDecoder() };
    seen.set(digest, found);
    return found;
  };

  const keep = (list: string[], line: string): void => {
    list.push(line);
    if (list.length > kept) list.shift();
  };

  const hear = (vertex: Seen, bytes: Buffer): void => {
    speak(vertex, vertex.text.write(bytes));
  };

  const tell = (vertex: Seen, line: string): void => {
    if (!vertex.skipping) {
      // what a terminal would overwrite is shown once: its last state
      const last = wholeWords(line.replace(/\r$/, '').replace(/^[^]*\r/, ''), longest);
      keep(vertex.tail, last);
      show(`    ${last}`);
    }
    vertex.skipping = false;
  };

  const speak = (vertex: Seen, text: string): void => {
    const lines = `${vertex.rest}${text}`.split('\n');
    vertex.rest = (lines.pop() ?? '').replace(/^[^]*\r(?=[^])/, '');
    for (const line of lines) tell(vertex, line);
    if (vertex.rest.length <= longest) return;
    tell(vertex, vertex.rest);
    vertex.skipping = true;
    vertex.rest = '';
  };

  const take = (vertex: Vertex): void => {
    const it = of(vertex.digest);
    const begins = it.name === '';
    it.name = vertex.name ?? it.name;
    const { started, completed, cached = false, error = '' } = vertex;
    if (begins && isInternal(it.name)) return;
    if (typeof completed !== 'string' || typeof started !== 'string') return;
    const ms = cached ? 0 : Math.max(0, Date.parse(completed) - Date.parse(started));
    const outcome = error !== '' ? 'failed' : cached ? 'cached' : 'done';
    const again = it.step;
    // what was cached is fetched when it is needed, and told as done
    if (again?.outcome === outcome && again.ms === ms) return;
    if (again?.outcome === 'cached' && outcome === 'done') return;
    if (it.rest !== '') speak(it, '\n');
    it.step = { name: it.name, outcome, ms };
    if (again !== undefined) steps.splice(steps.indexOf(again), 1);
    if (!isInternal(it.name)) steps.push(it.step);
    if (error !== '') {
      it.error = error;
      // others are cancelled because of the first
      if (failed === undefined || /context canceled/.test(failed.error ?? '')) failed = it;
    }
    if (!isInternal(it.name) || error !== '')
      show(outcome === 'cached' ? `✓ ${it.name}: cached` : `${outcome === 'done' ? '✓' : '✗'} ${it.name} (${renderDuration(ms)})`); // prettier-ignore
  };

  return {
    line: (text) => {
      const status = statusOf(text);
      if (status === undefined) {
        if (text.trim() === '') return;
        const line = wholeWords(text, longest);
        keep(said, line);
        show(line);
        return;
      }
      for (const vertex of status.vertexes ?? []) take(vertex);
      for (const { vertex = '', data = '' } of status.logs ?? []) hear(of(vertex), Buffer.from(data, 'base64'));
      for (const { short = '' } of status.warnings ?? []) warnings.add(Buffer.from(short, 'base64').toString('utf8'));
    },
    steps: () => [...steps],
    failed: () => (failed === undefined ? undefined : { name: failed.name, error: failed.error ?? '', tail: [...failed.tail] }), // prettier-ignore
    warnings: () => [...warnings],
    said: () => [...said],
  };
};

/** A line of progress; undefined: buildx has something else to say. */
const statusOf = (text: string): Status | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Status;
  } catch {
    return undefined;
  }
};
