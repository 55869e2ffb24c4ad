import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPeerWorld } from '../../../test/peers/peer-world.ts';
import type { SyncDoor } from '../../../test/peers/sync-door.ts';
import { checkTypes, type PackedClient, packClient, run } from '../../../test/support/packed-client.ts';
import { CLIENT_ERRORS } from '../client-error.ts';
import { ENTRIES } from './manifest.ts';

/** sync.md 3. */
const MAX_BROWSER_BYTES = 30_000;
const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const root = join(import.meta.dirname, '../../..');

let packed: PackedClient;
beforeAll(async () => {
  packed = await packClient();
}, 120_000);
afterAll(() => rmSync(dirname(packed.tarball), { recursive: true }));

/** Code blocks of the README, in their order; the one that runs is marked. */
const blocks = [...readme.matchAll(/^```ts( run)?\n([\s\S]*?)^```$/gm)].map(([, mark, code = '']) => ({
  runs: mark !== undefined,
  code,
}));

/** The door of one user as a server on this machine. */
async function serve(door: SyncDoor): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const answer = await door({
      method: request.method === 'POST' ? 'POST' : 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      ...(body === '' ? {} : { body }),
    });
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, String(value));
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('CLI57 publint and are-the-types-wrong find nothing in what would be published', async () => {
  const { messages } = await publint({ pkgDir: packed.folder, strict: true });
  expect(messages).toEqual([]);
  const analysis = await checkPackage(
    createPackageFromTarballData(new Uint8Array(readFileSync(packed.tarball))),
  );
  const { problems, types } = analysis as Exclude<typeof analysis, { types: false }>;
  expect(types).toMatchObject({ kind: 'included' });
  // As its profile for packages of ES modules alone: TypeScript's old resolution, and `require`, are not asked.
  const asked = problems.filter(
    (problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  );
  expect(asked).toEqual([]);
});

test('CLI57 a project that installed it type-checks the README, and another with a mistake does not', async () => {
  const files = blocks.map((block, index) => {
    const name = `block-${index}.ts`;
    writeFileSync(join(packed.project, name), block.code);
    return name;
  });
  expect(files.length).toBeGreaterThan(4);
  const wrong = [
    "import { createHeadwaterClient } from '@headwater/client';",
    'void createHeadwaterClient({ deviceId: 7 });',
  ];
  writeFileSync(join(packed.project, 'wrong.ts'), wrong.join('\n'));
  const said = await checkTypes(packed.project, [...files, 'wrong.ts']);
  expect(said.split('\n').filter((line) => line.includes('error') && !line.startsWith('wrong.ts'))).toEqual(
    [],
  );
  expect(said).toContain('wrong.ts(2,');
}, 120_000);

test('CLI57 the quick start of the README says what it says, against the function that devices sync with', async () => {
  const world = await createPeerWorld(11);
  const { url, server } = await serve(world.door);
  const [example] = blocks.filter((block) => block.runs);
  const code = (example?.code ?? '').replace('https://api.example.com', url);
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(promised.length).toBeGreaterThan(5);
  writeFileSync(join(packed.project, 'quick-start.ts'), code);
  // The world's clock stands still; the app's goes on from there, a millisecond at each look.
  const clock = `let now = ${world.clock.now()}; Date.now = () => (now += 1);`;
  writeFileSync(join(packed.project, 'clock.mjs'), clock);
  try {
    const { stdout } = await run(
      process.execPath,
      ['--no-warnings', '--import', './clock.mjs', 'quick-start.ts'],
      packed.project,
    );
    expect(stdout.trim().split('\n')).toEqual(promised);
  } finally {
    server.close();
  }
});

test('CLI57 every entry can be imported and required, and has what its declarations say', async () => {
  const specifiers = ENTRIES.map((entry) =>
    entry === 'index' ? '@headwater/client' : `@headwater/client/${entry}`,
  );
  const script = `
    import { createRequire } from 'node:module';
    const names = {};
    for (const specifier of ${JSON.stringify(specifiers)}) {
      const imported = await import(specifier);
      const required = createRequire(import.meta.url)(specifier);
      if (Object.keys(required).length !== Object.keys(imported).length) throw new Error(specifier);
      names[specifier] = Object.keys(imported);
    }
    console.log(JSON.stringify(names));`;
  writeFileSync(join(packed.project, 'entries.mjs'), script);
  const { stdout } = await run(process.execPath, ['--no-warnings', 'entries.mjs'], packed.project);
  const names = JSON.parse(stdout) as Record<string, readonly string[]>;
  for (const entry of ENTRIES) {
    const source = readFileSync(join(import.meta.dirname, 'entries', `${entry}.ts`), 'utf8');
    const lists = [...source.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = '']) => list.split(','));
    const values = lists
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '));
    const specifier = entry === 'index' ? '@headwater/client' : `@headwater/client/${entry}`;
    expect([...(names[specifier] ?? [])].sort()).toEqual(values.sort());
  }
});

test('CLI58 all of the browser build but storage, health and API is at most 30 kB gzipped, with its dependencies', async () => {
  const bundle = async (entry: string) => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(packed.folder, entry)],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      write: false,
      metafile: true,
    });
    const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
    const [output] = Object.values(metafile.outputs);
    const inputs = Object.entries(output?.inputs ?? {}).filter(([, input]) => input.bytesInOutput > 0);
    return { bytes, inputs: inputs.map(([path]) => path) };
  };
  const { bytes, inputs } = await bundle('index.js');
  console.log(`@headwater/client, minified and gzipped: ${bytes} bytes`);
  expect(bytes).toBeLessThanOrEqual(MAX_BROWSER_BYTES);
  expect(bytes).toBeGreaterThan(10_000);
  expect(inputs.filter((input) => /zod\/.*classic|zod\/v3|locales/.test(input))).toEqual([]);
  for (const entry of ['api.js', 'health.js'])
    expect((await bundle(entry)).bytes, entry).toBeLessThan(20_000);
});

test('CLI58 nothing but the Node driver needs Node, and nothing of the repository is named', () => {
  const files = JSON.parse(readFileSync(join(packed.folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly version: string;
  };
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  expect(files.version).toBe(own.version);
  for (const entry of ENTRIES) {
    const text = readFileSync(join(packed.folder, `${entry}.js`), 'utf8');
    expect(text.includes('node:'), entry).toBe(entry === 'node-sqlite');
    const packages = [...text.matchAll(/from "([^."][^"]*)"/g)].map(([, name = '']) => name);
    const known = ['node:sqlite', ...Object.keys(files.dependencies)];
    for (const name of packages)
      expect(
        known.some((one) => name.startsWith(one)),
        name,
      ).toBe(true);
    expect(text).not.toContain(root);
  }
});

test('CLI57 the README has every error with its verdict', () => {
  const told = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (yes|no) +\|/gm)].map(([, code, verdict]) => [
    code,
    { retryable: verdict === 'yes' },
  ]);
  expect(Object.fromEntries(told)).toEqual(CLIENT_ERRORS);
});
