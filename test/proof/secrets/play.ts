import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../../demo/stage.ts';
import { found } from '../../lab/found.ts';
import { startPackageIndex } from '../../lab/package-index.ts';
import type { StepEnd } from '../../runner/index.ts';
import type { canaries } from './canaries.ts';

/** A step that was played: what it was, whether it came out as it should, and all that it left. */
export type Played = { readonly title: string; readonly wanted: string; readonly came: string; readonly ends: readonly StepEnd[]; readonly text: string }; // prettier-ignore

export type Material = {
  readonly key: string;
  readonly passphrase: string;
  readonly given: string;
  readonly shared: string;
  /** Of the package index, whose user is `aws`. */
  readonly indexPassword: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** The deploy key again, encrypted. */
const encrypted = (dir: string, key: string, passphrase: string): string => {
  const keygen = found('ssh-keygen');
  if (keygen === undefined) throw new Error('ssh-keygen is missing: scripts/tools installs what proofs need');
  const file = join(dir, 'deploy-key');
  writeFileSync(file, key, { mode: 0o600 });
  chmodSync(file, 0o600);
  execFileSync(keygen, ['-q', '-p', '-P', '', '-N', passphrase, '-f', file]);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, '');
  return text;
};

/** A canary in everything that is secret: key, passphrase, every value of both `.env`s, and what checks may read. */
export const material = (stage: Stage, { make, take }: ReturnType<typeof canaries>): Material => {
  const passphrase = make('ssh-key-passphrase');
  const key = encrypted(stage.host.dir, stage.host.key, passphrase);
  take('ssh-key', key);
  // a first line is the same in every such key
  take('ssh-key without its passphrase', stage.host.key.split('\n').slice(2).join('\n'));
  const values = (of: string): readonly string[] => [
    `SECRET_KEY=${make(`SECRET_KEY of ${of}`)}`,
    `GREETING=${make(`GREETING of ${of}`)}`,
    `export COLOUR = '${make(`COLOUR of ${of}`)} and ${make(`the other half of COLOUR of ${of}`)}'  # quoted`,
    `DATABASE_URL=postgres://notes:${make(`the password of ${of}`)}@127.0.0.1/notes`,
    String.raw`ODD="a\"b\\c$x${make(`ODD of ${of}`)}\\d"`,
    `CERTIFICATE="-----BEGIN CERTIFICATE-----\n${make(`line 1 of CERTIFICATE of ${of}`)}\n${make(`line 2 of CERTIFICATE of ${of}`)}\n-----END CERTIFICATE-----"`,
    `PORT=${stage.host.port}`,
    'ALLOWED_HOSTS=127.0.0.1',
    'SPINE_TELL=1',
    'DJANGO_DEBUG=1',
  ];
  return {
    key,
    passphrase,
    given: values('env-file').join('\n'),
    indexPassword: make('the password of package-index'),
    shared: `${values('shared/.env').join('\n')}\n`,
    variables: { CHECK_TOKEN: `${make('CHECK_TOKEN')}/"<&+ ${make('the other half of CHECK_TOKEN')}` },
  };
};

/** Plays with a package index that has none of what the application needs, and an environment to be built. */
const withIndex = async (
  stage: Stage,
  password: string,
  body: (address: string) => Promise<unknown>,
): Promise<void> => {
  const { repository } = stage;
  const requirements = readFileSync(join(repository.dir, 'requirements.txt'), 'utf8');
  const index = await startPackageIndex({ user: 'aws', password });
  try {
    repository.commit('Need more', { 'requirements.txt': `no-such-package==1\n${requirements}` });
    await body(index.open);
    if (!index.asked.includes('404 /simple/no-such-package/')) throw new Error('the index was not asked');
  } finally {
    await index.end();
  }
  repository.commit('Need less', { 'requirements.txt': requirements });
};

/** Everything that a target lives through, with an application that prints its environment whenever it starts. */
export const play = async (
  stage: Stage,
  { key, passphrase, given, shared, indexPassword, variables }: Material,
  show: (line: string) => void,
): Promise<readonly Played[]> => {
  const played: Played[] = [];
  const base = { 'ssh-key': key, 'ssh-key-passphrase': passphrase, env: 'CHECK_TOKEN' };
  const step = async (title: string, wanted: string, action: string, inputs: Readonly<Record<string, string>>) => {
    const job = stage.job();
    const end = await job.uses(action, { inputs: { ...base, ...inputs }, env: variables });
    const posts = await job.finish();
    if (end === undefined) throw new Error('the step was skipped');
    played.push({
      title,
      wanted,
      came: end.outputs['result'] ?? `exit ${end.exit ?? '?'}`,
      ends: [end, ...posts],
      text: '',
    });
    show(`  ${title}: ${end.outputs['result'] ?? '?'} (${(end.ms / 1000).toFixed(1)} s)`);
    return end;
  };
  const config = readFileSync(join(stage.repository.dir, 'landfall.yml'), 'utf8');
  // what does not start is waited for as long as it may take to boot
  const checked = config
    .replace('boot: 60s', 'boot: 30s')
    .replace(
      'smoke:\n',
      'smoke:\n  - { get: "/health/?token=$CHECK_TOKEN", headers: { x-token: $CHECK_TOKEN }, within: 30s, every: 200ms }\n',
    );
  stage.repository.commit('Check with a token', { 'landfall.yml': checked });
  await step('a first deploy', 'done', 'deploy-over-ssh', { 'env-file': given });
  await withIndex(stage, indexPassword, (address) =>
    step('a deploy whose package index lacks a package', 'failed', 'deploy-over-ssh', {
      'env-file': given,
      'package-index': address,
    }),
  );
  stage.commit('Do not start');
  await step('a deploy that does not start', 'undone', 'deploy-over-ssh', {
    'env-file': `${given}\nSPINE_EXIT_AT_START=1`,
  });
  await step('a smoke test', 'done', 'smoke-test', {});
  await step('a smoke test that fails', 'failed', 'smoke-test', {
    checks:
      '- { get: "/nowhere/$CHECK_TOKEN", headers: { x-token: $CHECK_TOKEN }, within: 0s }\n- { post: /version, form: { text: $CHECK_TOKEN }, contains: nothing, within: 0s }',
  });
  writeFileSync(join(stage.base, 'shared/.env'), shared, { mode: 0o600 });
  stage.commit('Take the variables of the host');
  const taken = await step('a deploy with shared/.env', 'done', 'deploy-over-ssh', {});
  writeFileSync(join(stage.base, 'shared/.env'), `${shared}SPINE_EXIT_AT_START=1\n`, { mode: 0o600 });
  stage.commit('Do not start with these either');
  await step('a deploy with shared/.env that does not start', 'undone', 'deploy-over-ssh', {});
  await step('a rollback', 'done', 'rollback', { reason: 'the proof says so' });
  const undo = taken.outputs['undo'] ?? '';
  const number = Number(/t(\d+)$/.exec(undo)?.[1]) + 2;
  const { code, text } = await stage.shell(undo.slice(undo.indexOf(' sh ') + 1).replace(/t\d+$/, `t${number}`));
  played.push({
    title: 'an undo by hand',
    wanted: '0',
    came: String(code),
    ends: [],
    text: `${text}\n${await stage.status()}`,
  });
  show(`  an undo by hand: exit ${code}`);
  return played;
};
