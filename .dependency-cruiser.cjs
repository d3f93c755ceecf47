/**
 * Who may import whom (ARCHITECTURE.md has the picture). Each folder lists what it may use beside
 * itself; everything else in src is forbidden to it. test/house/borders.test.ts proves that a planted
 * violation of each kind is found.
 */
'use strict';

const SRC = '^packages/gateway/src/';
/** Wherever npm's link leads: the other workspaces are found by the end of their path. */
const SDK = '(?:^|/)packages/sdk/src/';
const CONSOLE = '(?:^|/)packages/console/src/';
const TEST = '[.]test[.]ts$';

const FOUNDATION = ['ir/', 'errors/', 'kit/'];
const ADAPTERS = ['upstream/', 'protocols/', 'config/', ...FOUNDATION];

const MAY_IMPORT = {
  errors: [],
  ir: ['errors/'],
  kit: ['ir/', 'errors/'],
  config: FOUNDATION,
  protocols: FOUNDATION,
  telemetry: ['config/', ...FOUNDATION],
  store: FOUNDATION,
  upstream: ADAPTERS,
  policy: ADAPTERS,
  usage: ['store/ports[.]ts$', ...ADAPTERS],
  doctor: ADAPTERS,
  exchange: ['policy/', 'telemetry/', 'store/ports[.]ts$', ...ADAPTERS],
  http: ['exchange/', 'policy/', 'telemetry/', 'store/ports[.]ts$', 'usage/(?:period|tally)[.]ts$', ...ADAPTERS],
  sandbox: ['protocols/[^/]+/wire[.]ts$', ...FOUNDATION],
  workers: [
    '(?:gateway|generation|siblings)[.]ts$',
    'http/drain[.]ts$',
    'exchange/(?:memory-entry|thinking-memory)[.]ts$',
    'store/sqlite/open[.]ts$',
    'policy/',
    'telemetry/',
    ...ADAPTERS,
  ],
};

const layers = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-direction`,
  severity: 'error',
  comment: `${folder}/ may import ${allowed.length === 0 ? 'only its own files' : [`${folder}/`, ...allowed].join(', ')}.`,
  from: { path: `${SRC}${folder}/`, pathNot: TEST },
  to: { path: SRC, pathNot: `${SRC}(?:${[`${folder}/`, ...allowed].join('|')})` },
}));

/** npm packages that exactly one place may know, so that replacing one is a change of one place. */
const KEEPERS = {
  'smol-toml': 'config/',
  pino: 'telemetry/',
  commander: 'cli/',
  yaml: 'config/',
  'eventsource-parser': 'kit/sse[.]ts$',
  'ipaddr.js': 'upstream/',
  fastify: 'http/admin/',
  '@fastify/static': 'http/admin/',
};

const keepers = Object.entries(KEEPERS).map(([name, place]) => ({
  name: `only-one-place-imports-${name.replaceAll(/[.@/]+/g, '-')}`,
  severity: 'error',
  comment: `${name} is an implementation detail of ${place.replaceAll(/\[.\]|\$/g, (part) => (part === '[.]' ? '.' : ''))}.`,
  from: { path: SRC, pathNot: [TEST, `${SRC}${place}`] },
  to: { path: `(?:^|/)node_modules/${name.replace('.', '[.]')}/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or miss a third.',
      from: {},
      to: { circular: true },
    },
    ...layers,
    ...keepers,
    {
      name: 'sdk-alone',
      severity: 'error',
      comment: 'The SDK has no dependencies and runs anywhere: no package, no module of Node, nothing of the gateway.',
      from: { path: SDK, pathNot: TEST },
      to: { pathNot: SDK },
    },
    {
      name: 'console-knows-the-sdk-only',
      severity: 'error',
      comment:
        'The console reaches the gateway through the SDK, as everybody else does, and the SDK through its entry.',
      from: { path: CONSOLE },
      to: { path: '(?:^|/)packages/', pathNot: [CONSOLE, `${SDK}index[.]ts$`] },
    },
    {
      name: 'gateway-takes-types-from-the-sdk',
      severity: 'error',
      comment: 'The contract is types. What runs in the gateway is its own; the tests drive it with the SDK.',
      from: { path: SRC, pathNot: TEST },
      to: { path: SDK, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'gateway-apart-from-the-console',
      severity: 'error',
      comment: 'The gateway serves the console as files.',
      from: { path: SRC },
      to: { path: CONSOLE },
    },
    {
      name: 'http1-behind-the-transport',
      severity: 'error',
      comment:
        'What the rest knows of connections is `Transport`: another client could take the place of upstream/http1/.',
      from: { path: SRC, pathNot: [`${SRC}upstream/(?:http1/|transport[.]ts$|upstream-answer[.]ts$)`, TEST] },
      to: { path: `${SRC}upstream/http1/` },
    },
    {
      name: 'http1-alone',
      severity: 'error',
      comment: 'The HTTP/1.1 client knows HTTP and the clock, and nothing of who uses it.',
      from: { path: `${SRC}upstream/http1/`, pathNot: TEST },
      to: { path: SRC, pathNot: `${SRC}(?:upstream/http1/|kit/clock[.]ts$)` },
    },
    {
      name: 'admin-is-loaded-lazily',
      severity: 'error',
      comment: 'Fastify and all that hangs on it is loaded at the first request for it, through http/admin/half.ts.',
      from: { path: SRC, pathNot: [`${SRC}http/admin/`, TEST] },
      to: { path: `${SRC}http/admin/`, pathNot: `${SRC}http/admin/half[.]ts$` },
    },
    {
      name: 'protocols-apart',
      severity: 'error',
      comment:
        'A protocol never imports another protocol: they meet in the IR. Cursor is a mixture of three by its nature.',
      from: { path: `${SRC}protocols/([^/]+)/`, pathNot: [TEST, `${SRC}protocols/cursor/`] },
      to: { path: `${SRC}protocols/([^/]+)/`, pathNot: `${SRC}protocols/$1/` },
    },
    {
      name: 'cursor-mixes-three',
      severity: 'error',
      comment: 'The Cursor dialect reads with the readers of the three protocols it mixes, and no others.',
      from: { path: `${SRC}protocols/cursor/`, pathNot: TEST },
      to: {
        path: `${SRC}protocols/([^/]+)/`,
        pathNot: `${SRC}protocols/(?:cursor|openai-chat|openai-responses|anthropic-messages)/`,
      },
    },
    {
      name: 'protocols-pure',
      severity: 'error',
      comment: 'Codecs ask no clock, no generator and no operating system; what they need comes in as values.',
      from: { path: `${SRC}protocols/`, pathNot: TEST },
      to: { path: `${SRC}kit/(?:clock|random)[.]ts$` },
    },
    {
      name: 'pure-without-node',
      severity: 'error',
      comment: 'ir/, errors/ and protocols/ run anywhere: no module of Node.',
      from: { path: `${SRC}(?:ir|errors|protocols)/`, pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ir-pure',
      severity: 'error',
      comment: 'The vocabulary depends on no package, and takes from errors/ only types.',
      from: { path: `${SRC}ir/`, pathNot: TEST },
      to: { path: `(?:^|/)node_modules/|${SRC}errors/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sandbox-apart',
      severity: 'error',
      comment: 'The gateway never knows its simulator; only the command line and the package entries start it.',
      from: { path: SRC, pathNot: [`${SRC}(?:sandbox|cli)/`, `${SRC}index[.]ts$`, TEST] },
      to: { path: `${SRC}sandbox/` },
    },
    {
      name: 'nothing-imports-the-command-line',
      severity: 'error',
      comment: 'cli/ is the top: it composes, nobody builds on it.',
      from: { path: SRC, pathNot: [`${SRC}cli/`, TEST] },
      to: { path: `${SRC}cli/` },
    },
    {
      name: 'no-test-in-production',
      severity: 'error',
      comment: 'Production code never imports tests or their fixtures.',
      from: { path: SRC, pathNot: TEST },
      to: { path: `${TEST}|^packages/gateway/test/|^fixtures/` },
    },
    {
      name: 'no-missing-module',
      severity: 'error',
      comment: 'The import does not resolve.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '(?:^|/)node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
