const names = [
  'opened',
  'switching',
  'switched',
  'confirmed',
  'undone',
  'held',
  'migrating',
  'migrated',
  'checked',
  'told',
  'approved',
  'verified',
] as const;

const words = [
  'kind',
  'of',
  'release',
  'previous',
  'repository',
  'workflow',
  'run',
  'attempt',
  'run_number',
  'text',
] as const;

/** One line of a host's journal. Free text travels as base64 in `text`. */
export type Event = {
  readonly tx: number;
  readonly e: (typeof names)[number];
  /** Seconds since 1970, by the host's wall clock: for people, never for a decision. */
  readonly at: number;
  readonly kind?: string;
  readonly of?: string;
  readonly release?: string;
  readonly previous?: string;
  readonly repository?: string;
  readonly workflow?: string;
  readonly run?: string;
  readonly attempt?: string;
  readonly run_number?: string;
  readonly text: string;
};

/** The line's value, if it is an event. Keys that are unknown are kept, a missing text is an empty one. */
const eventOf = (value: unknown): Event | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Partial<Record<keyof Event, unknown>>;
  const whole =
    Number.isSafeInteger(found.tx) &&
    typeof found.at === 'number' &&
    names.some((name) => name === found.e) &&
    words.every((key) => found[key] === undefined || typeof found[key] === 'string');
  if (!whole) return undefined;
  const event = value as Event;
  return { ...event, text: Buffer.from((found.text ?? '') as string, 'base64').toString('utf8') };
};

const read = (line: string): Event | undefined => {
  try {
    return eventOf(JSON.parse(line));
  } catch {
    return undefined;
  }
};

/**
 * The events of a journal's text, oldest first. A torn, damaged or unknown line is passed over and counted:
 * it never hides the others. The first line may be cut, for only the journal's end is read.
 */
export const readJournal = (text: string): { events: readonly Event[]; damaged: number } => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events = lines.flatMap((line) => read(line) ?? []);
  return { events, damaged: lines.length - events.length };
};
