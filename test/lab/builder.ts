import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rights } from './debian-host.ts';
import { docker, must, run, socket } from './engine.ts';
import { found } from './found.ts';
import { baseTag, hashed, imageExists, labMissing } from './image.ts';

/** What a builder is made of, beside the lab: programs that scripts/pinned installs, and Debian's runc with its library. */
const pinned = async (name: string): Promise<string | undefined> => {
  const { code, stdout } = await run(['sh', join(import.meta.dirname, '../../scripts/pinned'), 'where', name]);
  return code === 0 ? stdout.trim() : undefined;
};

const libseccomp = (): string | undefined => {
  for (const folder of ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']) {
    try {
      if (readdirSync(folder).includes('libseccomp.so.2')) return join(folder, 'libseccomp.so.2');
    } catch {
      // another architecture
    }
  }
  return undefined;
};

const parts = async () => ({
  buildx: await pinned('buildx'),
  buildkitd: await pinned('buildkitd'),
  buildctl: await pinned('buildctl'),
  runc: found('runc'),
  libseccomp: libseccomp(),
});

/** Why no image can be built here; undefined: one can. */
export const builderMissing = async (): Promise<string | undefined> => {
  const lab = await labMissing();
  if (lab !== undefined) return lab;
  const missing = Object.entries(await parts()).flatMap(([name, path]) => (path === undefined ? [name] : []));
  return missing.length === 0 ? undefined : `${missing.join(', ')} missing: scripts/tools and scripts/lab install them`;
};

export type LabBuilder = {
  /** The builder's name. */
  readonly name: string;
  /** What a process needs to build by it: DOCKER_CONFIG, DOCKER_HOST, PATH. */
  readonly env: Readonly<Record<'DOCKER_CONFIG' | 'DOCKER_HOST' | 'PATH', string>>;
  /** The container that BuildKit runs in. */
  readonly container: string;
  readonly close: () => Promise<void>;
};

/**
 * A builder as docker/setup-buildx-action makes it: BuildKit in a container of the engine (driver `docker-container`). Its image is the lab's
 * base with BuildKit and runc, made once. It reaches registries on loopback.
 */
export const startBuilder = async (): Promise<LabBuilder> => {
  const { buildx, buildkitd, buildctl, runc, libseccomp: library } = await parts();
  if (
    buildx === undefined ||
    buildkitd === undefined ||
    buildctl === undefined ||
    runc === undefined ||
    library === undefined
  )
    throw new Error((await builderMissing()) ?? 'no builder');
  const image = await ensureBuildKit({ buildkitd, buildctl, runc, 'libseccomp.so.2': library });
  const folder = mkdtempSync(join(tmpdir(), 'landfall-builder-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'config/cli-plugins'), { recursive: true });
  // another client may come first on PATH, too new for the engine
  symlinkSync('/usr/bin/docker', join(folder, 'bin/docker'));
  symlinkSync(buildx, join(folder, 'config/cli-plugins/docker-buildx'));
  const env = {
    DOCKER_CONFIG: join(folder, 'config'),
    DOCKER_HOST: `unix://${socket}`,
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
  };
  const name = `landfall-${randomBytes(4).toString('hex')}`;
  const container = `buildx_buildkit_${name}0`;
  const close = async (): Promise<void> => {
    await run([join(folder, 'bin/docker'), 'buildx', 'rm', '--force', name], { env });
    await docker(['rm', '--force', '--volumes', container]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // buildx would make it privileged, which an engine that lacks a right itself cannot: it takes one that is there as it is
    await must(docker(['create', '--name', container, ...rights, '--network', 'host', '--volume', '/var/lib/buildkit', image]), 'docker create'); // prettier-ignore
    const words = ['--name', name, '--driver', 'docker-container', '--driver-opt', `image=${image}`, '--driver-opt', 'network=host', '--bootstrap', '--use']; // prettier-ignore
    await must(run([join(folder, 'bin/docker'), 'buildx', 'create', ...words], { env }), 'docker buildx create');
  } catch (error) {
    await close();
    throw error;
  }
  return { name, env, container, close };
};

/** The image of BuildKit, by what it is made of. */
const ensureBuildKit = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const script = join(import.meta.dirname, 'image/buildkit.sh');
  const recipe = `FROM ${baseTag}\n${readFileSync(join(import.meta.dirname, 'image/buildkit.dockerfile'), 'utf8')}`;
  const tag = hashed('buildkit', recipe, readFileSync(script, 'utf8'), ...Object.values(files));
  if (await imageExists(tag)) return tag;
  const context = mkdtempSync(join(tmpdir(), 'landfall-buildkit-'));
  try {
    for (const [name, path] of Object.entries({ ...files, 'buildkit.sh': script })) {
      copyFileSync(path, join(context, name));
      chmodSync(join(context, name), 0o755);
    }
    writeFileSync(join(context, 'Dockerfile'), recipe);
    await must(docker(['build', '--network', 'none', '--tag', tag, context]), 'docker build');
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return tag;
};
