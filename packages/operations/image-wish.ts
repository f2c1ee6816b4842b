import { resolveImage } from '#config';
import type { ImageInputs, ImageRules, NamedImage } from '#config';
import { Failure } from '#fault';
import type { Problem } from '#fault';
import { branchProblems, tagProblems } from '#image';
import type { Signer } from '#plan';
import { parseImageName } from '#registry';
import type { ImageName } from '#registry';
import { readEnvFile } from '#release';
import { attesting } from './attest-image.ts';
import type { Attesting } from './attest-image.ts';
import { exceptionsOf } from './exceptions.ts';
import type { Excepting } from './exceptions.ts';
import { loginProblems } from './login-problems.ts';
import type { Stage } from './stage.ts';
import { configOf, refuseProblems } from './target-of.ts';

/** What build-image is given beside what the section `image` may hold. */
export type ImageWish = {
  readonly config: string | undefined;
  /** `NAME=value` lines. */
  readonly secrets: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** `auto`: but for pull requests and queues of merges. */
  readonly push: 'auto' | 'true' | 'false';
  /** `auto`: where the registry has none of this commit and these inputs; `never`: it must have; `always`: anew, without caches. */
  readonly build: 'auto' | 'never' | 'always';
  /** `auto`: where the run and its repository can; `true`: or the step fails. */
  readonly attest: 'auto' | 'true' | 'false';
  /** The path of the document of evidence that the image is added to. */
  readonly evidence: string | undefined;
  readonly dry: boolean;
};

/** What build-image needs of its action. */
export type ImageStage = Pick<
  Stage,
  'clock' | 'wall' | 'signal' | 'workspace' | 'startedAt' | 'show' | 'problems' | 'context' | 'github'
> & {
  readonly signer: Signer;
  readonly group: <T>(title: string, body: () => Promise<T>) => Promise<T>;
  readonly temp: string;
};

/** What is to be built, named and pushed; all of it was looked at. */
export type Wanted = NamedImage & {
  readonly at: Pick<ImageName, 'registry' | 'repository'>;
  /** Values by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly pushes: boolean;
  /** What `ignore-file` excepts in the image. */
  readonly exceptions: Excepting['exceptions'];
  /** Whether this run may write to caches. */
  readonly fills: boolean;
  /** Undefined: not at all. */
  readonly attesting: Attesting | undefined;
};

/** Names of build arguments that tell of a secret. */
const telling = /secret|passw|token|api_?key|private|credential/i;

/** Build arguments whose names look like secrets: they stay readable in the image. */
export const tellingArgs = (args: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(args).filter((name) => telling.test(name));

/** What inputs and landfall.yml want, or all that is wrong with them, as one fault. Throws FORK_REFUSED, INPUT_INVALID, ATTEST_FAILED. */
export const wantedImage = (stage: ImageStage, inputs: ImageInputs, wish: ImageWish): Wanted => {
  const { fork, event = '' } = stage.context;
  const reviewed = fork !== undefined || event.startsWith('pull_request') || event === 'merge_group';
  if (fork !== undefined && (wish.push === 'true' || wish.secrets !== undefined))
    throw new Failure({
      code: 'FORK_REFUSED',
      what: `this run (${event}) is about commits of ${fork}, a fork: nothing is pushed for it, and its Dockerfile is given no secrets`,
      next: 'Leave out `push` and `secrets` in runs for forks; then the image is built and scanned, and goes nowhere.',
    });
  const found = configOf(stage, { config: wish.config });
  const { image, problems } = resolveImage({ text: found.text, file: found.file, inputs, rules });
  const secrets = secretsOf(wish.secrets);
  const { exceptions, problems: ignored } = exceptionsOf(stage.workspace, image?.['ignore-file']);
  const names = image === undefined ? undefined : parseImageName(image.name);
  refuseProblems([
    ...stage.problems,
    ...(found.problems.length > 0 ? found.problems : problems),
    ...ignored,
    ...secrets.problems,
    ...loginProblems(wish, { username: 'username', password: 'password' }),
    ...(image === undefined ? [] : branchProblems(image.tags, stage.context.ref)),
    ...(image === undefined ? [] : leaks(image['build-args'], secrets.values)),
  ]);
  if (image === undefined || names?.name === undefined)
    throw new Failure({ code: 'INTERNAL', what: 'no image and no problem', next: 'Please report this.' });
  const pushes = wish.push === 'true' || (wish.push === 'auto' && !reviewed);
  const fills = !reviewed && (image.cache !== 'registry' || pushes);
  const attests = attesting(stage, wish, { pushes, reviewed });
  return { ...image, at: names.name, secrets: secrets.values, pushes, fills, exceptions, attesting: attests };
};

const rules: ImageRules = {
  name: (value) => (typeof value === 'string' ? nameProblems(value) : []),
  tags: (value) => (Array.isArray(value) ? tagProblems(value.filter((one) => typeof one === 'string')) : []),
};

const nameProblems = (text: string): readonly Omit<Problem, 'where'>[] => {
  const { name, problems } = parseImageName(text);
  if (name === undefined) return problems.map((what) => ({ what }));
  return name.tag === undefined && name.digest === undefined
    ? []
    : [{ what: `${text} has a tag or digest`, next: 'leave it out: tags are given by `tags`' }];
};

const secretsOf = (
  text: string | undefined,
): { readonly values: Wanted['secrets']; readonly problems: readonly Problem[] } => {
  // prettier-ignore
  const where = 'input secrets';
  const read = readEnvFile(text ?? '', where);
  if (!read.ok) return { values: {}, problems: read.fault.problems ?? [] };
  const problems = read.value
    .filter(({ value }) => value === '')
    .map(({ name }) => ({ where, what: `${name} is empty`, next: 'set the secret that it comes from, or take its line away' })); // prettier-ignore
  return { values: Object.fromEntries(read.value.map(({ name, value }) => [name, value])), problems };
};

/** Build arguments that hold a secret's value: they would stay readable in the image's history. */
const leaks = (args: Readonly<Record<string, string>>, secrets: Wanted['secrets']): readonly Problem[] =>
  Object.entries(args).flatMap(([arg, text]) =>
    Object.entries(secrets)
      .filter(([, value]) => value.length >= 4 && text.includes(value))
      .map(([secret]) => ({
        where: 'build-args',
        what: `${arg} holds the value of the secret ${secret}, which everybody with the image could read in its history`,
        next: `take it out, and read it by RUN --mount=type=secret,id=${secret}`,
      })),
  );
