import type { Application } from './definition/application.ts';
import type { Given } from './inputs.ts';
import type { Settings } from './target.ts';

/** Where a target lies, as far as inputs and its keys say. */
export const placeOf = (keys: Application, given: Given): Pick<Settings, 'host' | 'path' | 'base'> => {
  const host = given.host ?? keys.hosts?.ssh;
  const path = given.path ?? keys.path;
  const base = keys.base ?? (path === undefined ? undefined : `${path}-landfall`);
  return {
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
    ...(base === undefined ? {} : { base }),
  };
};
