export type Annotation = {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title?: string;
  readonly message: string;
  /** The place that it is shown at. */
  readonly file?: string;
  readonly line?: number;
};

/** The log of a job as a person sees it: secrets replaced by ***, workflow commands carried out instead of shown. */
export type Log = {
  /** What is to be masked from now on; several lines are masked line by line too. */
  readonly mask: (secret: string) => void;
  /** Takes one line of a step's output; `undefined` when nothing is shown for it. */
  readonly take: (line: string) => { readonly shown?: string; readonly annotation?: Annotation };
  readonly masked: (text: string) => string;
};

const unescaped = (text: string): string =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');

/** A log; masks hold for the whole job. */
export const openLog = (): Log => {
  const secrets = new Set<string>();
  let stopped: string | undefined;
  const mask = (secret: string) => {
    for (const part of [secret, ...secret.split(/\r?\n/)]) if (part.trim() !== '') secrets.add(part);
  };
  // The longest first: a secret may contain another one.
  const masked = (text: string) =>
    [...secrets].sort((a, b) => b.length - a.length).reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  const take: Log['take'] = (line) => {
    const [, name, properties = '', value = ''] = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
    if (name === undefined || (stopped !== undefined && name !== stopped)) return { shown: masked(line) };
    if (name === stopped) {
      stopped = undefined;
      return {};
    }
    switch (name) {
      case 'add-mask':
        mask(unescaped(value));
        return {};
      case 'stop-commands':
        stopped = value;
        return {};
      case 'group':
        return { shown: masked(value) };
      case 'endgroup':
      case 'debug':
        return {};
      case 'error':
      case 'warning':
      case 'notice': {
        const property = (key: string) => new RegExp(`(?:^|,)${key}=([^,]*)`).exec(properties)?.[1];
        const [title, file, line] = ['title', 'file', 'line'].map(property);
        const message = masked(unescaped(value));
        const annotation = {
          level: name,
          message,
          ...(title === undefined ? {} : { title: masked(unescaped(title)) }),
          ...(file === undefined ? {} : { file: unescaped(file) }),
          ...(line === undefined ? {} : { line: Number(line) }),
        };
        return { shown: `${name[0]?.toUpperCase()}${name.slice(1)}: ${message}`, annotation };
      }
      default:
        return { shown: masked(line) };
    }
  };
  return { mask, take, masked };
};
