import { expect, test } from '@jest/globals';
import { withLogin } from './login.ts';
import { hasContainerdStore, readBuilder } from './unfit.ts';

test('what `docker buildx inspect` says', () => {
  const said = 'Name:          big\nDriver:        docker-container\n\nNodes:\nName:     big0\nStatus:   running\n';
  expect(readBuilder(said)).toEqual({ driver: 'docker-container', error: undefined });
  expect(readBuilder('Name: default\nDriver: docker\n\nNodes:\nError:    Cannot connect to the Docker daemon\n')).toEqual({ driver: 'docker', error: 'Cannot connect to the Docker daemon' }); // prettier-ignore
  expect(readBuilder('')).toEqual({ driver: undefined, error: undefined });
});

test('the store of an engine', () => {
  expect(hasContainerdStore('[["driver-type","io.containerd.snapshotter.v1"]]')).toBe(true);
  expect(hasContainerdStore('[["Backing Filesystem","extfs"],["Native Overlay Diff","true"]]')).toBe(false);
});

test('a login beside those that are there, which no helper hides', () => {
  const config = { auths: { 'b.test': { auth: 'x' } }, credsStore: 'desktop', credHelpers: { 'a.test': 'ecr-login' } };
  expect(withLogin(config, { registry: 'a.test', username: 'u', password: 'p' })).toEqual({
    auths: { 'b.test': { auth: 'x' }, 'a.test': { auth: 'dTpw' } },
    credsStore: 'desktop',
    credHelpers: { 'a.test': '' },
  });
  expect(Object.keys(withLogin({}, { registry: 'docker.io', username: 'u', password: 'p' }).auths ?? {})).toEqual(['https://index.docker.io/v1/']); // prettier-ignore
});
