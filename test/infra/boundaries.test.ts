import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const CONFIG = '.dependency-cruiser.cjs';
const CRUISER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
const run = promisify(execFile);

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

const { forbidden } = createRequire(import.meta.url)(join(ROOT, CONFIG)) as {
  readonly forbidden: readonly { readonly name: string }[];
};

const PACKAGES = ['zod', '@aws-sdk/client-dynamodb', '@middy/core', 'aws-cdk-lib'];
const DEVELOPMENT_PACKAGES = ['vitest'];

/** A small repository with the same rooms, whose packages are empty. */
async function makeTree(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'headwater-boundaries-'));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  for (const name of [...PACKAGES, ...DEVELOPMENT_PACKAGES, 'not-declared']) {
    await write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    await write(`node_modules/${name}/index.js`, 'export const value = 1;\n');
  }
  await write('node_modules/zod/mini/index.js', 'export const value = 1;\n');
  await write('node_modules/zod/mini/package.json', JSON.stringify({ main: 'index.js' }));
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  await write(
    'package.json',
    JSON.stringify({
      type: 'module',
      dependencies: versions(PACKAGES),
      devDependencies: versions(DEVELOPMENT_PACKAGES),
    }),
  );
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await copyFile(join(ROOT, 'tsconfig.json'), join(directory, 'tsconfig.json'));
  await copyFile(join(ROOT, CONFIG), join(directory, CONFIG));
  return directory;
}

async function cruise(files: Readonly<Record<string, string>>): Promise<readonly Violation[]> {
  const cwd = await makeTree(files);
  const rooms = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
  const { stdout } = await run(
    process.execPath,
    [CRUISER, ...rooms, '--config', CONFIG, '--output-type', 'json'],
    { cwd, maxBuffer: 50_000_000 },
  ).catch((error: { readonly stdout: string }) => error);
  return JSON.parse(stdout).summary.violations;
}

const uses = (...from: readonly string[]): string =>
  `${from.map((path, index) => `import { value as v${index} } from '${path}';`).join('\n')}
export const value = [${from.map((_, index) => `v${index}`)}];
`;
const LEAF = 'export const value = 1;\n';

/** What is allowed, in every room. */
const GOOD: Readonly<Record<string, string>> = {
  'lib/core/clock.ts': `export type Clock = number;\n${LEAF}`,
  'contracts/ids.ts': `import type { Clock } from '../lib/core/clock.ts';\nexport type Id = Clock;\n${uses('zod')}`,
  'lib/samples/model.ts': uses('../core/clock.ts', '../../contracts/ids.ts'),
  'lib/samples/decide.ts': uses('./model.ts'),
  'lib/access/authorise.ts': `import type { value } from '../samples/decide.ts';\nexport type Ported = typeof value;\n${uses('../samples/model.ts')}`,
  'contracts/sync/entity.ts': uses('zod/mini'),
  'contracts/http/sync.ts': uses('zod', '../sync/entity.ts'),
  'lib/sync/merge/merge.ts': uses('../../core/clock.ts', '../../../contracts/sync/entity.ts', 'zod/mini'),
  'lib/sync/push.ts': uses('./merge/merge.ts', '../../contracts/http/sync.ts'),
  'lib/client/client.ts': `import type { value } from '../../contracts/http/sync.ts';\nexport type Wire = typeof value;\n${uses('../core/clock.ts', '../sync/merge/merge.ts', '../../contracts/sync/entity.ts', 'zod/mini')}`,
  'lib/client/package/build.ts': `import 'node:fs';\n${uses('vitest')}`,
  'lib/client/package/entries/client.ts': uses('../../client.ts'),
  'lib/client/storage/node-sqlite.ts': "import 'node:sqlite';\n",
  'lib/adapters/dynamo/store.ts': uses('@aws-sdk/client-dynamodb', '../../samples/decide.ts'),
  'functions/_platform/http.ts': uses('@middy/core'),
  'functions/http/ingest/env.ts': uses('zod'),
  'functions/http/ingest/wiring.ts': uses(
    './env.ts',
    '../../_platform/http.ts',
    '../../../lib/adapters/dynamo/store.ts',
  ),
  'functions/http/read/wiring.ts': uses('../../_platform/http.ts'),
  'infra/app.ts': `import type { value } from '../functions/http/ingest/env.ts';\nexport type Env = typeof value;\n${uses('aws-cdk-lib', '../contracts/ids.ts')}`,
  'infra/local/main.ts': uses('@aws-sdk/client-dynamodb', '../../lib/adapters/dynamo/store.ts'),
  'test/support/clock.ts': uses('../../lib/core/clock.ts', 'vitest'),
  'lib/core/clock.test.ts': uses('./clock.ts', '../../test/support/clock.ts'),
};

/** For each rule, a file that breaks it and what it imports. */
const BAD: Readonly<Record<string, readonly [string, string]>> = {
  'no-cycles': ['lib/samples/breaks-no-cycles.ts', uses('./breaks-no-cycles.ts')],
  'core-is-the-floor': ['lib/core/breaks-core-is-the-floor.ts', uses('../samples/model.ts')],
  'core-is-runtime-neutral': ['lib/core/breaks-core-is-runtime-neutral.ts', "import 'node:crypto';\n"],
  'contracts-only-types-of-core': [
    'contracts/breaks-contracts-only-types-of-core.ts',
    uses('../lib/samples/model.ts'),
  ],
  'contracts-no-behaviour-of-core': [
    'contracts/breaks-contracts-no-behaviour-of-core.ts',
    uses('../lib/core/clock.ts'),
  ],
  'features-know-no-aws': ['lib/samples/breaks-features-know-no-aws.ts', uses('@aws-sdk/client-dynamodb')],
  'features-know-no-adapters': [
    'lib/samples/breaks-features-know-no-adapters.ts',
    uses('../adapters/dynamo/store.ts'),
  ],
  'features-share-models-only': [
    'lib/access/breaks-features-share-models-only.ts',
    uses('../samples/decide.ts'),
  ],
  'client-knows-the-protocol-only': [
    'lib/client/breaks-client-knows-the-protocol-only.ts',
    uses('../samples/model.ts'),
  ],
  'client-takes-types-of-http': [
    'lib/client/breaks-client-takes-types-of-http.ts',
    uses('../../contracts/http/sync.ts'),
  ],
  'merge-stands-alone': ['lib/sync/merge/breaks-merge-stands-alone.ts', uses('../push.ts')],
  'devices-are-runtime-neutral': [
    'lib/client/storage/breaks-devices-are-runtime-neutral.ts',
    "import 'node:sqlite';\n",
  ],
  'client-ships-no-builder': [
    'lib/client/package/entries/breaks-client-ships-no-builder.ts',
    uses('../build.ts'),
  ],
  'devices-weigh-little': ['lib/sync/merge/breaks-devices-weigh-little.ts', uses('zod')],
  'adapters-know-no-function': [
    'lib/adapters/breaks-adapters-know-no-function.ts',
    uses('../../functions/_platform/http.ts'),
  ],
  'functions-are-islands': [
    'functions/http/read/breaks-functions-are-islands.ts',
    uses('../ingest/wiring.ts'),
  ],
  'platform-knows-no-function': [
    'functions/_platform/breaks-platform-knows-no-function.ts',
    uses('../http/ingest/env.ts'),
  ],
  'functions-know-no-infra': ['functions/http/read/breaks-functions-know-no-infra.ts', uses('aws-cdk-lib')],
  'infra-knows-no-behaviour': ['infra/breaks-infra-knows-no-behaviour.ts', uses('../lib/core/clock.ts')],
  'infra-reads-environments-as-types': [
    'infra/breaks-infra-reads-environments-as-types.ts',
    uses('../functions/http/ingest/env.ts'),
  ],
  'local-runs-bundles': [
    'infra/local/breaks-local-runs-bundles.ts',
    uses('../../functions/http/ingest/wiring.ts'),
  ],
  'nothing-imports-test': ['lib/samples/breaks-nothing-imports-test.ts', uses('../../test/support/clock.ts')],
  'nothing-imports-a-test-file': [
    'test/breaks-nothing-imports-a-test-file.ts',
    uses('../lib/core/clock.test.ts'),
  ],
  'only-known-packages': ['lib/adapters/breaks-only-known-packages.ts', uses('not-declared')],
  resolvable: ['lib/adapters/breaks-resolvable.ts', uses('./nowhere.ts')],
  'ships-no-development-package': [
    'functions/_platform/breaks-ships-no-development-package.ts',
    uses('vitest'),
  ],
};

const planted = cruise({ ...GOOD, ...Object.fromEntries(Object.values(BAD)) });

test('what the table allows is allowed', async () => {
  expect(await cruise(GOOD)).toEqual([]);
});

test('every rule has a breach that this test plants', () => {
  expect(Object.keys(BAD).sort()).toEqual(forbidden.map(({ name }) => name).sort());
});

test.each(Object.entries(BAD))('%s is reported where it is broken', async (rule, [path]) => {
  const reported = (await planted).filter(({ from }) => from === path).map(({ rule: { name } }) => name);
  expect(reported).toContain(rule);
});
