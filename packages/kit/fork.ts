/** Events whose payload names the branch of a pull request. */
const reviewing = /^pull_request(?:_target|_review|_review_comment)?$/;

type Payload = Readonly<Record<string, unknown>>;

/** What stands at these keys, whatever the value is. */
export const within = (value: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Payload)[key] : undefined), value);

const nameOf = (repository: unknown): string | undefined => {
  const name = within(repository, 'full_name');
  return typeof name === 'string' && name !== '' ? name : undefined;
};

/**
 * The fork whose commits this run is about, by the name of its repository; undefined: of none. Nobody but the base repository's
 * own members can write its branches; a fork's are anybody's, whatever secrets and rights the event brings with it
 * (`pull_request_target` and `workflow_run` bring all of them). A head that the payload does not name (its repository
 * was deleted, or the payload cannot be read) is taken for a fork's. Pure.
 */
export const forkOf = (event: string, payload: unknown): string | undefined => {
  const [head, base] = reviewing.test(event)
    ? [within(payload, 'pull_request', 'head', 'repo'), within(payload, 'pull_request', 'base', 'repo')]
    : event === 'workflow_run'
      ? [within(payload, 'workflow_run', 'head_repository'), within(payload, 'workflow_run', 'repository')]
      : [];
  if (!reviewing.test(event) && event !== 'workflow_run') return undefined;
  const [from, to] = [nameOf(head), nameOf(base)];
  if (from === undefined || to === undefined) return from ?? 'an unknown repository';
  return from.toLowerCase() === to.toLowerCase() ? undefined : from;
};
