import type { Hooks, Manager, Receiver, Service } from '#plan';
import type { Check } from './definition/check.ts';
import type { HostAddress, JumpHost } from './definition/hosts.ts';

/** One place that the application goes to, with every default filled in. Durations in ms. */
export type Target = {
  readonly name: string;
  readonly host: HostAddress;
  /** Lines of known_hosts, or bare `type base64` that hold for this host; empty when none is given. */
  readonly pins: string;
  /** Jump hosts, in the order in which they are passed; none: the runner reaches the host itself. */
  readonly via: readonly JumpHost[];
  readonly path: string;
  readonly base: string;
  readonly url?: string;
  /** Where manage.py is, relative to the release's root. */
  readonly directory: string;
  readonly services: readonly Service[];
  /** Where services are described by files of the repository: what was taken from there. */
  readonly serviceFiles: readonly ServiceFile[];
  /** What runs them on the host. Not given: what runs them there already, else what the host has. */
  readonly manager?: Manager;
  /** The file of the repository that holds nginx's site, and what it may answer for: the first domain is the site's own. */
  readonly nginx?: { readonly file: string; readonly domains: readonly string[] };
  /** What people have made at `path` is taken over by the first deploy. */
  readonly adopt?: true;
  readonly python: { readonly requirements?: string; readonly venv: string; readonly version: string };
  readonly shared: readonly string[];
  readonly env: { readonly require: readonly string[] };
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly checks: readonly Check[];
  readonly hooks: Hooks;
  /** How many releases stay. */
  readonly keep: number;
  readonly wait: number;
  readonly notify: readonly Receiver[];
  /** The host may tell them by itself what it did by itself. */
  readonly tellsItself?: true;
  /** What goes there needs evidence of its commit. */
  readonly needsEvidence?: true;
  /** Not given: it depends on who commits. */
  readonly confirmWithin?: number;
};

/** What a file of the repository has to do with a service. */
export type ServiceFile = {
  readonly service: string;
  readonly file: string;
  /** What it says, in words. */
  readonly says: readonly string[];
  /** Settings of a unit that it has, as lines of one. */
  readonly limits: readonly string[];
  /** Its keys that stand for what Landfall settles itself. */
  readonly settled: readonly string[];
  /** Keys of landfall.yml that count in place of its lines. */
  readonly instead: readonly string[];
  /** Programs that it describes and that are no service. */
  readonly left: readonly string[];
};

/** A target that need not have a host: enough for checks from outside. */
export type Settings = Omit<Target, 'host' | 'path' | 'base'> & Partial<Pick<Target, 'host' | 'path' | 'base'>>;

/** What inputs say; each beats the file. Durations in ms. */
export type Overrides = {
  readonly host?: string | undefined;
  readonly hostKey?: string | undefined;
  readonly path?: string | undefined;
  readonly url?: string | undefined;
  /** YAML: a list of checks, or one. */
  readonly checks?: string | undefined;
  readonly confirmWithin?: number | undefined;
  readonly evidence?: 'required' | 'optional' | undefined;
};

/** A file of the checkout, or why it cannot be had, in words. */
export type ReadFile = (path: string) => Uint8Array | string;
