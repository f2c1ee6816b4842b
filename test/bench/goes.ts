/** One go of each thing that is compared, through a network with a distance. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { time } from '#kit';
import type { Report } from '#plan';
import { get, measureGap } from '#traffic';
import { startProxy, type Proxy } from '../lab/proxy.ts';
import { startJob, workflowRun } from '../runner/index.ts';
import type { Distance, Go, What } from './figures.ts';
import type { Ground } from './ground.ts';
import { answer, changed } from './watch.ts';

const root = join(import.meta.dirname, '../..');

/** What a program itself says of its going: when the release was prepared, and how long its steps took. */
type Came = {
  readonly received?: number;
  readonly prepared?: number;
  readonly gap?: number;
  readonly steps?: Readonly<Record<string, number>>;
};

/** When the first connection went through the proxy: ms of `performance.now()`. */
const connected = async (proxy: Proxy, stop: AbortSignal): Promise<number> => {
  while (proxy.connections() === 0 && !stop.aborted) await sleep(1);
  return performance.now();
};

/** Measures a program that goes through the proxy. `url`: whose answer is to change; none: the program's end is what counts. */
const timed = async (proxy: Proxy, url: string | undefined, body: () => Promise<Came | undefined>): Promise<Go> => {
  const over = new AbortController();
  const before = url === undefined ? undefined : await answer(url);
  const began = performance.now();
  const first = connected(proxy, over.signal);
  const serves = url === undefined ? undefined : changed(url, before, over.signal);
  try {
    const { received, prepared, gap, steps } = (await body()) ?? {};
    const ended = performance.now();
    const from = await first;
    // the program may end by a moment before the question that is under way is answered
    const served = await Promise.race([serves ?? ended, sleep(5000, undefined, { ref: false })]);
    if (served === undefined) throw new Error('nothing new answers');
    return {
      start: from - began,
      ...(received === undefined ? {} : { received: received - from }),
      ...(prepared === undefined ? {} : { prepared: prepared - from }),
      ...(gap === undefined ? {} : { gap }),
      answer: served - from,
      tail: Math.max(0, ended - served),
      wall: ended - began,
      ...(steps === undefined ? {} : { steps }),
    };
  } finally {
    over.abort();
  }
};

const run = (
  file: string,
  words: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-4000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ${words.join(' ')} ended with ${code ?? 'a signal'}:\n${said}`));
    });
  });

/** The log's lines by which a commit's files, and then the release, lie on the host. */
const isReceived = (line: string): boolean => line.startsWith('✓ upload ');
const isPrepared = (line: string): boolean => /^✓ (?:publish|note that this run has prepared)/.test(line);

/** The longest gap at a URL while something happens to it: asked 100 times a second. */
const longestGapIn = async (url: string, body: () => Promise<Came>): Promise<Came> => {
  const meter = measureGap({ url: `${url}/version`, serves: true, request: get, clock: time.clock, everyMs: 10 });
  await meter.start();
  const came = await body();
  const gap = await meter.stop();
  if (!gap.measured) throw new Error(`the gap was not measured: ${gap.why}`);
  return { ...came, gap: gap.ms };
};

/** What can be compared on a ground, by name. `dist`: the built bundles. */
export const goesOn = (ground: Ground, dist: string): ((what: What, distance: Distance) => Promise<Go>) => {
  const { sshd, repository, host } = ground;
  let runs = 0;
  let commits = 0;

  const landfall = async (
    action: 'deploy-over-ssh' | 'rollback',
    port: number,
    more: Readonly<Record<string, string>>,
    wanted: string,
  ): Promise<Came> => {
    runs += 1;
    const temp = join(host.dir, 'runner');
    mkdirSync(temp, { recursive: true });
    let received: number | undefined;
    let prepared: number | undefined;
    const job = startJob({
      dist,
      root,
      temp,
      run: workflowRun({ runId: String(1000 + runs), runNumber: runs, sha: repository.head() }),
      workspace: repository.dir,
      onLine: (line) => {
        if (isReceived(line)) received = performance.now();
        if (isPrepared(line)) prepared = performance.now();
      },
    });
    const inputs = { host: `${sshd.user}@127.0.0.1:${port}`, 'host-key': sshd.hostKey, 'ssh-key': ground.key, ...more };
    const end = await job.uses(action, { inputs });
    const result = end?.outputs['result'] ?? '';
    if (result !== wanted)
      throw new Error(`${action} is '${result}', not '${wanted}':\n${end?.log.slice(-15).join('\n')}`);
    const { timeline } = JSON.parse(readFileSync(end?.outputs['report'] ?? '', 'utf8')) as Pick<Report, 'timeline'>;
    const steps = Object.fromEntries(timeline.map(({ id, ms }) => [id, ms]));
    return {
      steps,
      ...(received === undefined ? {} : { received }),
      ...(prepared === undefined ? {} : { prepared }),
    };
  };

  const capistrano = (port: number, task: string): Promise<void> => {
    const { folder, deployTo, repository: origin } = ground.capistrano;
    const known = join(host.dir, 'known_hosts');
    writeFileSync(known, `[127.0.0.1]:${port} ${sshd.hostKey}\n`);
    return run('cap', ['production', task], folder, {
      BENCH_USER: sshd.user,
      BENCH_PORT: String(port),
      BENCH_KEY: ground.keyFile,
      BENCH_KNOWN_HOSTS: known,
      BENCH_REPOSITORY: origin,
      BENCH_DEPLOY_TO: deployTo,
    });
  };

  const floor = (port: number): Promise<void> => {
    const ssh = [
      '-F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR',
    ];
    const there = `mkdir -p ${host.home}/floor && tar -C ${host.home}/floor -xf -`;
    const pipe = `tar -C '${repository.dir}' --exclude=.git -cf - . | ssh ${ssh.join(' ')} -i '${ground.keyFile}' -p ${port} ${sshd.user}@127.0.0.1 '${there}'`;
    return run('sh', ['-c', pipe], host.dir, {});
  };

  const commit = (): void => {
    commits += 1;
    repository.commit(`Change ${commits}`, { 'static/spine.css': `/* ${commits} */\nbody { color: #333; }\n` });
    ground.push();
  };

  const deployInputs = { 'env-file': ground.envFile(ground.landfall.port) };
  const how: Readonly<
    Record<What, (port: number) => readonly [url: string | undefined, body: () => Promise<Came | undefined>]>
  > = {
    'landfall incremental': (port) => {
      commit();
      return [ground.landfall.url, () => landfall('deploy-over-ssh', port, deployInputs, 'done')];
    },
    'landfall unchanged': (port) => [undefined, () => landfall('deploy-over-ssh', port, deployInputs, 'unchanged')],
    'landfall rollback': (port) => [ground.landfall.url, () => landfall('rollback', port, { to: 'previous' }, 'done')],
    'landfall under load': (port) => {
      commit();
      const { url } = ground.landfall;
      return [url, () => longestGapIn(url, () => landfall('deploy-over-ssh', port, deployInputs, 'done'))];
    },
    // the same commit as Landfall has just deployed
    'capistrano incremental': (port) => [ground.capistrano.url, () => capistrano(port, 'deploy').then(() => undefined)],
    'capistrano unchanged': (port) => [ground.capistrano.url, () => capistrano(port, 'deploy').then(() => undefined)],
    'capistrano rollback': (port) => [
      ground.capistrano.url,
      () => capistrano(port, 'deploy:rollback').then(() => undefined),
    ],
    floor: (port) => [undefined, () => floor(port).then(() => undefined)],
  };

  return async (what, distance) => {
    const proxy = await startProxy(sshd.port, { roundTrip: distance });
    try {
      const [url, body] = how[what](proxy.port);
      return await timed(proxy, url, body);
    } finally {
      await proxy.close();
    }
  };
};
