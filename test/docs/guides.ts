/** docs/first-deploy.md, docs/when-github-is-down.md and docs/leaving.md, walked through on one server, one after the other. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { makeRepository, type Repository } from '../apps/spine/repository.ts';
import { startJob, workflowRun, type Job } from '../runner/index.ts';
import { makeMachine, type Machine } from './machine.ts';
import { reading, sessionsOf } from './sections.ts';

/** The server that the guides call example.org. */
export type Server = {
  /** Of its SSH server, on loopback. */
  readonly port: number;
  /** Where http://example.org is. */
  readonly url: string;
  /** Runs a text of sh as root. */
  readonly root: (text: string) => Promise<string>;
  /** What its own key looked like, as it printed it itself. */
  readonly fingerprint?: string;
};

type Walk = {
  readonly dir: string;
  /** The bundles. */
  readonly dist: string;
  /** Sets the server up by what the guide has root do there, block by block, for a deploy user with this public key. */
  readonly open: (publicKey: string, blocks: readonly string[]) => Promise<Server>;
  readonly say: (line: string) => void;
};

const root = join(import.meta.dirname, '../..');
const older = '8d01e77-0c4a';
const newer = '3f9c2ab-71de';

const same = (found: readonly string[], printed: readonly string[], command: string): void => {
  if (found.join('\n') === printed.join('\n')) return;
  throw new Error(`\`${command}\` should print\n${printed.join('\n')}\nand prints\n${found.join('\n')}`);
};

type Desk = {
  readonly repository: Repository;
  readonly machine: Machine;
  readonly server: Server;
  readonly job: (show?: (line: string) => void) => Job;
  readonly say: Walk['say'];
  /** The inputs of the workflow's deploy. */
  readonly inputs: Readonly<Record<string, string>>;
};

/** What of the guide's output differs from host to host, and from run to run. `later`: how much the guide's transaction numbers are ahead. */
const plain =
  (releases: Readonly<Record<string, string>>, later: number) =>
  (line: string): string =>
    Object.entries(releases)
      .reduce((so, [written, here]) => so.replaceAll(here, written), line)
      .replace(/^(process +\S+) \d+/, '$1 PID')
      .replace(/actions\/runs\/\d+/, 'actions/runs/RUN')
      .replace(/\d\d:\d\d:\d\d \w+$/, 'TIME')
      .replaceAll(/\bt(\d+)\b/g, (_, number: string) => `t${Number(number) + later}`)
      .replace(/^number=(\d+)$/, (_, number: string) => `number=${Number(number) + later}`)
      .replace(/^at boot .*/, 'at boot');

/** Over ssh, what is said (stderr) and what is printed (stdout, `key=value`) come in an order of their own each. */
const inOrder = (lines: readonly string[]): readonly string[] => {
  const printed = (line: string): boolean => /^\w+=/.test(line);
  return [...lines.filter((line) => !printed(line)), ...lines.filter(printed)];
};

/** Runs console blocks and compares what they print. */
const converse = async (
  { machine }: Desk,
  blocks: readonly string[],
  releases: Readonly<Record<string, string>>,
  later = 0,
): Promise<void> => {
  const sessions = sessionsOf(blocks);
  if (sessions.length === 0) throw new Error('there is no console block');
  for (const { command, printed } of sessions) {
    const earlier = command.replace(/\bt(\d+)$/, (_, number: string) => `t${Number(number) - later}`);
    // a busy watchdog may hold the mutex for a moment
    const found = (await machine.run(earlier))
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith('waiting for: '));
    same(inOrder(found.map(plain(releases, later))), inOrder(printed.map(plain({}, 0))), command);
  }
};

type Step = { readonly uses?: string; readonly with?: Readonly<Record<string, string>> };

/** The inputs of our step in the guide's workflow, with the secrets that `gh` was given. */
const inputsOf = (workflow: string, machine: Machine): Readonly<Record<string, string>> => {
  const { jobs } = parse(workflow) as { jobs: Readonly<Record<string, { steps: readonly Step[] }>> };
  const [checkout, deploy, ...more] = Object.values(jobs).flatMap(({ steps }) => steps);
  const ours = 'OWNER/landfall/actions/deploy-over-ssh@v1';
  if (checkout?.uses?.startsWith('actions/checkout@') !== true || deploy?.uses !== ours || more.length > 0)
    throw new Error('the workflow is not a checkout and a deploy');
  const secret = /\$\{\{ secrets\.(\w+) \}\}/g;
  return Object.fromEntries(
    Object.entries(deploy.with ?? {}).map(([name, value]) => [
      name,
      value.replaceAll(secret, (_, of: string) => machine.secret(of)),
    ]),
  );
};

const answers = async (url: string): Promise<string> => {
  try {
    const options = { headers: { connection: 'close' }, signal: AbortSignal.timeout(120_000) };
    return (await (await fetch(`${url}/version`, options)).text()).trim();
  } catch (thrown) {
    // of its own, for where it was asked: fetch's has no such line
    throw new Error(`${url} does not answer`, { cause: thrown });
  }
};

/** From a key to a release that serves. */
const firstDeploy = async ({ dir, dist, open, say }: Walk): Promise<Desk> => {
  const guide = reading('first-deploy');
  const repository = makeRepository(join(dir, 'checkout'), { change: { 'landfall.yml': null } });
  let machine = makeMachine(dir, repository.dir, 0);
  const [makeKey = ''] = guide.of('A key, on your machine', 'sh');
  const publicKey = (await machine.run(makeKey)).trim();
  const server = await open(publicKey, guide.of('The server, once, as root', 'sh'));
  say('the server is set up');

  machine = makeMachine(dir, repository.dir, server.port);
  const [scan = '', login = ''] = guide.of("The server's key, on your machine", 'sh');
  const [, fingerprint = ''] = (await machine.run(scan)).match(/(SHA256:\S+)/) ?? [];
  if (fingerprint === '' || (server.fingerprint ?? fingerprint) !== fingerprint)
    throw new Error(`the server's key is ${server.fingerprint ?? '?'}, and ${fingerprint} was seen`);
  await machine.run(login);

  const [, key = ''] = readFileSync(join(dir, 'example.org.key'), 'utf8').match(/^\S+ (.+)$/m) ?? [];
  const here = (text: string): string =>
    text
      .replaceAll('deploy@example.org', `deploy@127.0.0.1:${server.port}`)
      .replaceAll('http://example.org', server.url)
      .replaceAll('ssh-ed25519 AAAA…', key)
      .replaceAll('mysite', 'spine');
  const files = guide.of('The repository', 'yaml').map(here);
  for (const text of files) {
    const [, path = ''] = /^# (\S+)\n/.exec(text) ?? [];
    mkdirSync(dirname(join(repository.dir, path)), { recursive: true });
    writeFileSync(join(repository.dir, path), text);
  }
  const environment = ['SECRET_KEY=long-and-random-0a61', 'ALLOWED_HOSTS=127.0.0.1'];
  writeFileSync(join(dir, 'production.env'), `${environment.join('\n')}\n`);
  const git = (...words: string[]): void => {
    execFileSync('git', ['-C', repository.dir, ...words], { stdio: 'pipe' });
  };
  const origin = join(dir, 'origin.git');
  git('init', '--quiet', '--bare', origin);
  git('remote', 'add', 'origin', origin);
  git('push', '--quiet', '--set-upstream', 'origin', 'main');
  for (const text of guide.of('The repository', 'sh')) await machine.run(text);
  const pushed = execFileSync('git', ['-C', origin, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();
  if (pushed !== repository.head()) throw new Error('what was committed was not pushed');

  let runs = 0;
  const temp = join(dir, 'runner');
  mkdirSync(temp);
  const job: Desk['job'] = (show) => {
    runs += 1;
    const run = { repository: 'OWNER/app', actor: 'ada', runId: String(1234567889 + runs), runNumber: runs };
    return startJob({
      dist,
      root,
      temp,
      workspace: repository.dir,
      run: workflowRun({ ...run, sha: repository.head() }),
      ...(show === undefined ? {} : { onLine: show }),
    });
  };
  const desk: Desk = { repository, machine, server, job, say, inputs: inputsOf(files[1] ?? '', machine) };
  const release = await deployed(desk);
  await converse(desk, guide.of('What you see', 'console'), { [newer]: release });
  guide.end();
  const serves = await answers(server.url);
  if (serves !== release) throw new Error(`${release} was deployed, and ${serves} answers`);
  say(`first-deploy: ${release} serves`);
  return desk;
};

/** A deploy that nobody disturbs; gives its release. */
const deployed = async ({ job, inputs }: Desk): Promise<string> => {
  const run = job();
  const end = await run.uses('deploy-over-ssh', { inputs });
  await run.finish();
  if (end?.outputs['result'] !== 'done') throw new Error(`the deploy is not done:\n${end?.log.slice(-20).join('\n')}`);
  return end.outputs['release'] ?? '';
};

/** A deploy whose runner is lost when the host has switched. */
const cutOff = async ({ job, inputs }: Desk): Promise<void> => {
  const log: string[] = [];
  const switched = Promise.withResolvers<boolean>();
  const run = job((line) => {
    log.push(line);
    if (!line.includes('the host undoes by itself')) return;
    run.die();
    switched.resolve(true);
  });
  const step = run.start('deploy-over-ssh', { inputs });
  if (!(await Promise.race([switched.promise, step.ended.then(() => false)])))
    throw new Error(`the deploy ended before it had switched:\n${log.slice(-20).join('\n')}`);
  await step.ended;
};

const change = ({ repository }: Desk, colour: string): string =>
  repository.commit(`Change the colour to ${colour}`, { 'static/spine.css': `body { color: ${colour}; }\n` });

/** The guide's t42 is the second transaction here. */
const later = 40;

const githubDown = async (desk: Desk): Promise<void> => {
  const guide = reading('when-github-is-down');
  const before = await answers(desk.server.url);
  change(desk, '#123456');
  await cutOff(desk);
  const cut = { [older]: before, [newer]: await answers(desk.server.url) };
  await converse(desk, guide.of('A run was cut off', 'console'), cut, later);
  const after = { [older]: before, [newer]: await deployed(desk) };
  await converse(desk, guide.of('The release is bad, and was confirmed', 'console'), after, later);
  if ((await answers(desk.server.url)) !== before) throw new Error('the release before does not answer');
  const stop = 'supervisorctl -c /srv/app-landfall/.landfall/run/supervisord.conf shutdown';
  await onServer(desk, `${stop}\nwhile [ -S /srv/app-landfall/.landfall/run/supervisor.sock ]; do sleep 1; done`);
  await converse(desk, guide.of('The server was restarted', 'console'), after, later);
  if ((await answers(desk.server.url)) !== before) throw new Error('nothing answers after the restart');
  guide.end();
  await deployed(desk);
  desk.say('when-github-is-down: undone by hand, recovered, and the next run goes on');
};

/** Runs a text of sh over ssh, as the deploy user. */
const onServer = ({ machine }: Desk, text: string): Promise<string> =>
  machine.run(`ssh deploy@example.org sh -e <<'ON_SERVER'\n${text}\nON_SERVER`);

const leaving = async (desk: Desk): Promise<void> => {
  const { server, say } = desk;
  const guide = reading('leaving');
  const here = (text: string): string => text.replaceAll('mysite', 'spine');
  const asRoot = async (title: string): Promise<void> => {
    for (const text of guide.of(title, 'sh')) await server.root(here(text));
  };
  const asDeploy = async (title: string): Promise<string[]> => {
    const said: string[] = [];
    for (const text of guide.of(title, 'sh')) said.push(await onServer(desk, text));
    return said;
  };
  await asRoot('A place of its own, as root');
  const [said = ''] = await asDeploy('Its Python environment, as the deploy user');
  if (!said.includes('confirmed')) throw new Error(`no release is confirmed: ${said}`);
  await asDeploy('Taking it out, as the deploy user');
  const [unit = ''] = guide.of('Starting it, as root', 'ini').map(here);
  const [, path = ''] = /^# (\S+)\n/.exec(unit) ?? [];
  await server.root(`cat >${path} <<'UNIT'\n${unit}UNIT`);
  await asRoot('Starting it, as root');
  await asRoot('Deleting the rest, as root');
  guide.end();
  let answer = '';
  for (let tries = 0; tries < 1200 && !answer.includes('"notes":'); tries += 1) {
    answer = await fetch(`${server.url}/notes/`).then(
      (one) => one.text(),
      (error: unknown) => String(error),
    );
    await sleep(100);
  }
  if (!/"notes": 1\b/.test(answer)) throw new Error(`/notes/ answers ${answer}`);
  say('leaving: the application serves without Landfall, with what was saved before');
};

/** Walks through all three. Throws what does not come as it is written. */
export const walkGuides = async (walk: Walk): Promise<void> => {
  const desk = await firstDeploy(walk);
  const note = await fetch(`${desk.server.url}/notes/`, {
    method: 'POST',
    body: new URLSearchParams({ text: 'kept' }),
  });
  if (!note.ok) throw new Error(`a note is not taken: status ${note.status}`);
  // from here on a person has the key in their own configuration of ssh
  const own = `-i '${walk.dir}/.ssh/id_deploy'`;
  const known = { ...desk, machine: makeMachine(walk.dir, desk.repository.dir, desk.server.port, own) };
  await githubDown(known);
  await leaving(known);
};
