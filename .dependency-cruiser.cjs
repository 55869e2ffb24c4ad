/**
 * Who may import whom: the table of CONTRIBUTING, one rule for each row that says no.
 * `test/infra/boundaries.test.ts` plants an import against every rule and sees it reported.
 */

const SDK = '^(node_modules/)?(@aws-sdk|@smithy|@middy|@aws-lambda-powertools)(/|$)';
const CDK = '^(node_modules/)?(aws-cdk-lib|constructs|cdk-nag|aws-cdk)(/|$)';
/** Tests beside the code may build on test/support and on anything else: they are not shipped. */
const NOT_TESTS = '[.](test|prop[.]test|types[.]test)[.]ts$';
const FEATURE = '^lib/(?!core/|adapters/)([^/]+)/';

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const cycles = [forbid('no-cycles', 'No module may need itself, types included.', {}, { circular: true })];

const core = [
  forbid(
    'core-is-the-floor',
    'lib/core imports nothing of ours and no package.',
    { path: '^lib/core/', pathNot: NOT_TESTS },
    { pathNot: '^lib/core/', dependencyTypesNot: ['core'] },
  ),
  forbid(
    'core-is-runtime-neutral',
    'lib/core runs in browsers and phones: nothing from node: there.',
    { path: '^lib/core/', pathNot: NOT_TESTS },
    { dependencyTypes: ['core'] },
  ),
];

const contracts = [
  forbid(
    'contracts-only-types-of-core',
    'contracts take types from lib/core, and zod; nothing else.',
    { path: '^contracts/', pathNot: [NOT_TESTS, '^contracts/(published|description)/'] },
    { pathNot: ['^contracts/', '^lib/core/', '^(node_modules/)?zod(/|$)'] },
  ),
  forbid(
    'contracts-no-behaviour-of-core',
    'contracts take types from lib/core and no values.',
    { path: '^contracts/', pathNot: [NOT_TESTS, '^contracts/(published|description)/'] },
    { path: '^lib/core/', dependencyTypesNot: ['type-only'] },
  ),
];

const features = [
  forbid(
    'features-know-no-aws',
    'No AWS SDK, no middy, no CDK in lib outside lib/adapters.',
    { path: FEATURE, pathNot: NOT_TESTS },
    { path: [SDK, CDK] },
  ),
  forbid(
    'features-know-no-adapters',
    'A feature names its ports; adapters are put in by functions.',
    { path: FEATURE, pathNot: NOT_TESTS },
    { path: '^(lib/adapters|functions|infra)/' },
  ),
  forbid(
    'features-share-models-only',
    'Values of another feature come from its model.ts alone; the rest of it is of use as types (its ports).',
    { path: FEATURE, pathNot: [NOT_TESTS, '^lib/client/'] },
    {
      path: FEATURE,
      pathNot: ['^lib/$1/', '^lib/[^/]+/model[.]ts$', '^lib/(problems|observability)/'],
      dependencyTypesNot: ['type-only'],
    },
  ),
];

/** What builds the client's package; `package/entries/` is what is in it. */
const CLIENT_BUILD = '^lib/client/package/[^/]+[.]ts$';
/** What phones and browsers run too. */
const DEVICES = '^lib/(client|sync/merge)/';

const devices = [
  forbid(
    'client-knows-the-protocol-only',
    'lib/client stands on lib/core, the merge, contracts/sync and the types of contracts/http; on nothing of the server.',
    { path: '^lib/client/', pathNot: NOT_TESTS },
    {
      path: '^(contracts|lib|functions|infra)/',
      pathNot: ['^lib/(client|core|sync/merge)/', '^contracts/(sync|http)/'],
    },
  ),
  forbid(
    'client-takes-types-of-http',
    'The schemas of contracts/http are of the server; lib/client takes their types, which cost nothing.',
    { path: '^lib/client/', pathNot: NOT_TESTS },
    { path: '^contracts/http/', dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'merge-stands-alone',
    'The merge is one piece of code for server and devices: nothing of either is in it.',
    { path: '^lib/sync/merge/', pathNot: NOT_TESTS },
    {
      path: '^(contracts|lib|functions|infra)/',
      pathNot: ['^lib/(core|sync/merge)/', '^contracts/sync/'],
    },
  ),
  forbid(
    'devices-are-runtime-neutral',
    'Browsers and phones have nothing of node:; one driver is for Node.',
    { path: DEVICES, pathNot: [NOT_TESTS, CLIENT_BUILD, '^lib/client/storage/node-sqlite[.]ts$'] },
    { dependencyTypes: ['core'] },
  ),
  forbid(
    'client-ships-no-builder',
    'What builds the package runs on Node and is not in it.',
    { path: DEVICES, pathNot: [NOT_TESTS, CLIENT_BUILD] },
    { path: CLIENT_BUILD },
  ),
  forbid(
    'devices-weigh-little',
    'All of zod is the weight of the whole client: devices take zod/mini.',
    { path: [DEVICES, '^contracts/sync/'], pathNot: NOT_TESTS },
    { path: '^node_modules/zod/(?!mini/|v4/mini/|package[.]json$)', pathNot: '^node_modules/zod/mini/' },
  ),
];

const edges = [
  forbid(
    'adapters-know-no-function',
    'lib/adapters serves ports and knows nobody who uses them.',
    { path: '^lib/adapters/', pathNot: NOT_TESTS },
    { path: ['^(functions|infra)/', CDK, '^(node_modules/)?@middy/'] },
  ),
  forbid(
    'functions-are-islands',
    'A function imports lib, contracts, _platform and its own folder, never another function.',
    { path: '^functions/(?!_platform/)([^/]+)/([^/]+)/', pathNot: NOT_TESTS },
    { path: '^functions/', pathNot: ['^functions/_platform/', '^functions/$1/$2/'] },
  ),
  forbid(
    'platform-knows-no-function',
    'What all functions stand on knows none of them.',
    { path: '^functions/_platform/', pathNot: NOT_TESTS },
    { path: '^functions/(?!_platform/)' },
  ),
  forbid(
    'functions-know-no-infra',
    'What runs does not know what deploys it.',
    { path: '^functions/', pathNot: NOT_TESTS },
    { path: ['^infra/', CDK] },
  ),
];

const infra = [
  forbid(
    'infra-knows-no-behaviour',
    'The CDK app reads contracts, and of functions only the types of env.ts.',
    { path: '^infra/(?!local/)', pathNot: NOT_TESTS },
    { path: ['^(lib|infra/local)/', SDK, '^functions/(?!.+/env[.]ts$)'] },
  ),
  forbid(
    'infra-reads-environments-as-types',
    'env.ts is imported as a type: a missing variable is a compile error and costs nothing at run time.',
    { path: '^infra/(?!local/)', pathNot: NOT_TESTS },
    { path: '^functions/.+/env[.]ts$', dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'local-runs-bundles',
    'The local cloud runs the bundles that are deployed, and imports no function.',
    { path: '^infra/local/', pathNot: NOT_TESTS },
    { path: '^functions/(?!_platform/|command/)' },
  ),
];

const tests = [
  forbid(
    'nothing-imports-test',
    'What ships does not know its tests.',
    { path: '^(contracts|lib|functions|infra)/', pathNot: NOT_TESTS },
    { path: '^test/' },
  ),
  forbid('nothing-imports-a-test-file', 'A test file is an entry, not a library.', {}, { path: NOT_TESTS }),
];

const packages = [
  forbid(
    'only-known-packages',
    'What is imported is there, and in package.json.',
    {},
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
  forbid('resolvable', 'What is imported exists.', {}, { couldNotResolve: true }),
  forbid(
    'ships-no-development-package',
    'What is bundled depends on dependencies, not on devDependencies.',
    {
      path: '^(contracts|lib|functions)/',
      pathNot: [NOT_TESTS, CLIENT_BUILD, '^contracts/(published|description)/'],
    },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
  ),
];

module.exports = {
  forbidden: [
    ...cycles,
    ...core,
    ...contracts,
    ...features,
    ...devices,
    ...edges,
    ...infra,
    ...tests,
    ...packages,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdk[.]out|infra/local/console/page)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
