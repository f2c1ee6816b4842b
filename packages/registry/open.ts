import { asker, resultOf, type Asking } from './ask.ts';
import { attach, attached } from './artifacts.ts';
import { configured } from './docker-config.ts';
import { openHttp } from './http.ts';
import { push, tag } from './push.ts';
import { headManifest, readBlob, readManifest } from './read.ts';
import type { Registry, RegistryOptions } from './types.ts';

/** Opens one repository of a registry. Nothing is asked yet. */
export const openRegistry = (options: RegistryOptions): Registry => {
  const { name, credentials, signal, clock, ca, patience = 120_000, show = () => undefined } = options;
  const { registry, repository } = name;
  const http = openHttp({ ca });
  const login = credentials === undefined ? configured(registry) : { credentials };
  if (login.unused !== undefined) show(`! ${login.unused}`);
  const asking: Asking = { http, clock, signal, registry, repository, login, patience, show };
  const place = `${registry}/${repository}`;
  const of = { ask: asker(asking), clock, signal, place, show };
  return {
    name: { registry, repository },
    digestOf: (tag) => resultOf(() => headManifest(of, tag), signal),
    manifest: (reference) => resultOf(() => readManifest(of, reference), signal),
    blob: (blob) => resultOf(() => readBlob(of, blob), signal),
    push: (layout, tags) => resultOf(() => push(of, layout, tags), signal),
    tag: (digest, tags) => resultOf(() => tag(of, digest, tags), signal),
    attach: (subject, artifact) => resultOf(() => attach(of, subject, artifact), signal),
    attached: (subject, artifactType) => resultOf(() => attached(of, subject, artifactType), signal),
    close: http.close,
  };
};
