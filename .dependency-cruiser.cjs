/**
 * Which file may import what. `adapters` is the one list of places with I/O: files, network, processes, the environment,
 * the clock and timers. eslint.config.js reads it from here. Folders end with a slash.
 */
const adapters = [
  'packages/kit/',
  'packages/host/',
  'packages/check/certificate-client.ts',
  'packages/check/files.ts',
  'packages/check/http-client.ts',
  'packages/check/websocket-client.ts',
  'packages/config/definition/hosts.ts', // only isIP of node:net
  'packages/config/read.ts',
  'packages/registry/docker-config.ts',
  'packages/registry/endpoint.ts',
  'packages/registry/http.ts',
  'packages/registry/layout.ts',
  'packages/release/checkout.ts',
  'packages/release/archive.ts',
  'packages/release/source.ts',
  'packages/release/source-text.ts',
  'packages/remote/adoption-programs.ts',
  'packages/remote/image-programs.ts',
  'packages/remote/release-programs.ts',
  'packages/remote/transaction-programs.ts',
  'packages/remote/transport.ts',
  'packages/setup/script.ts',
  'packages/traffic/get.ts',
];

/** Node's modules that touch the world outside of the process. */
const io = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'http',
  'https',
  'dgram',
  'dns',
  'child_process',
  'worker_threads',
  'timers',
  'timers/promises',
  'process',
];

const pattern = (paths) => `^(${paths.map((path) => path.replaceAll('.', '\\.')).join('|')})`;
const code = '^(actions|packages)/';
const tests = '\\.test\\.ts$';

/** A room may import these rooms, and itself. */
const room = (name, allowed) => ({
  name: `room-${name}`,
  comment: `packages/${name} imports ${allowed.length === 0 ? 'no room' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: { path: '^(packages|actions)/', pathNot: pattern([name, ...allowed].map((one) => `packages/${one}/`)) },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: { path: code },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-resolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'only-kit-imports-actions-packages',
      severity: 'error',
      from: { path: code, pathNot: '^packages/kit/' },
      to: { path: '^node_modules/@actions/' },
    },
    {
      name: 'only-host-imports-ssh',
      comment: 'Tests may: their servers are made of ssh2.',
      severity: 'error',
      from: { path: code, pathNot: `^packages/host/|${tests}` },
      to: { path: '^node_modules/(node-ssh|ssh2|@types/ssh2)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'io-in-adapters-only',
      severity: 'error',
      from: { path: code, pathNot: `${pattern(adapters)}|${tests}` },
      to: { dependencyTypes: ['core'], path: `^(node:)?(${io.join('|')})$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'actions-stand-alone',
      comment: 'An action imports kit, operations, its own files, types and names of the rooms; never another action.',
      severity: 'error',
      from: { path: '^actions/([^/]+)/', pathNot: tests },
      to: { path: '^actions/', pathNot: '^actions/$1/' },
    },
    {
      name: 'actions-import-kit-and-operations',
      severity: 'error',
      from: { path: '^actions/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(kit|operations|fault|plan)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'operations-know-no-runner',
      severity: 'error',
      from: { path: '^packages/operations/', pathNot: tests },
      to: { path: '^(packages/kit|actions)/' },
    },
    {
      name: 'no-product-imports-tests-or-scripts',
      severity: 'error',
      from: { path: code, pathNot: tests },
      to: { path: '^(test|scripts)/' },
    },
    {
      name: 'journal-is-pure',
      comment: 'Of other rooms, types only; but faults are values.',
      severity: 'error',
      from: { path: '^packages/journal/', pathNot: tests },
      to: { pathNot: '^packages/(journal|fault)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'config-types-only',
      comment: 'Rooms import types of config, never its code.',
      severity: 'error',
      from: {
        path: '^packages/(check|host|journal|notify|plan|registry|release|remote|service|traffic)/',
        pathNot: tests,
      },
      to: { path: '^packages/config/', dependencyTypesNot: ['type-only'] },
    },
    room('fault', []),
    room('plan', ['fault']),
    room('remote', ['fault', 'plan']),
    room('journal', ['fault', 'plan', 'config']),
    room('host', ['fault', 'plan', 'remote', 'config']),
    room('release', ['fault', 'plan', 'host', 'remote', 'config']),
    room('setup', ['fault', 'plan']),
    room('traffic', ['fault', 'plan', 'host', 'remote', 'config']),
    room('notify', ['fault', 'plan', 'host', 'remote', 'config']),
    room('check', ['fault', 'plan', 'host', 'remote', 'config']),
    room('config', ['fault', 'plan', 'host', 'remote']),
    room('kit', ['fault', 'plan']),
    room('registry', ['fault', 'plan']),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

// Not enumerable: dependency-cruiser takes no key that it does not know.
Object.defineProperty(module.exports, 'adapters', { value: adapters });
