/**
 * `node lib/client/package/build.ts [--outdir dist/client]`: the folder that is published as @headwater/client.
 * One ESM file per entry with what they share in chunks, declarations beside them, package.json, README and
 * LICENSE. The same sources give the same files.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { build } from 'esbuild';
import { declarationsOf } from './declarations.ts';
import { ENTRIES, manifestOf, type RootManifest } from './manifest.ts';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

async function bundle(outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => `lib/client/package/entries/${entry}.ts`),
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    packages: 'external',
    external: ['node:*'],
    treeShaking: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** What the compiler writes for the entries and all that they name; only what an entry reaches is taken along. */
async function declare(outdir: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'headwater-types-'));
  try {
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        // `npm run types` has checked.
        noCheck: true,
        incremental: false,
        tsBuildInfoFile: null,
        rootDir: root,
        outDir: join(scratch, 'out'),
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: ENTRIES.map((entry) => join(root, 'lib/client/package/entries', `${entry}.ts`)),
      include: [],
    };
    await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(config));
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', scratch]);
    for (const [path, text] of await declarationsOf(join(scratch, 'out'), ENTRIES)) {
      await mkdir(join(outdir, path, '..'), { recursive: true });
      await writeFile(join(outdir, path), text);
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

const { values } = parseArgs({ options: { outdir: { type: 'string', default: join(root, 'dist/client') } } });
const outdir = resolve(values.outdir);
await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await Promise.all([bundle(outdir), declare(outdir)]);
const manifest = manifestOf(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as RootManifest);
await writeFile(join(outdir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
await cp(join(import.meta.dirname, 'README.md'), join(outdir, 'README.md'));
await cp(join(root, 'LICENSE'), join(outdir, 'LICENSE'));
