/**
 * `node esbuild.config.mjs [--outdir dist]`: each functions/<kind>/<name>/index.ts becomes one file,
 * <outdir>/functions/<kind>/<name>/index.mjs, and what went into it <outdir>/metafiles/.../<name>.json.
 * Files are replaced whole, so that whoever reads the directory meanwhile never sees half a bundle.
 */
import { globSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { outdir: { type: 'string', default: join(ROOT, 'dist') } } });
const OUT = resolve(values.outdir);

const entryPoints = globSync('functions/{http,stream,queue,workflow,schedule}/*/index.ts', {
  cwd: ROOT,
}).sort();

async function replace(path, contents) {
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  await writeFile(half, contents);
  await rename(half, path);
}

async function bundle(entryPoint) {
  const folder = dirname(entryPoint);
  const outfile = join(OUT, folder, 'index.mjs');
  const { metafile, outputFiles, warnings } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    outfile,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    treeShaking: true,
    sourcemap: false,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    logLevel: 'warning',
    loader: { '.html': 'text', '.json': 'json' },
  });
  if (warnings.length > 0) throw new Error(`${entryPoint}: ${warnings.length} warnings`);
  await replace(join(OUT, 'metafiles', `${folder}.json`), JSON.stringify(metafile));
  await replace(outfile, outputFiles[0].contents);
}

/** Bundles of functions that are no longer there. */
async function removeStale() {
  const wanted = new Set(entryPoints.map((entryPoint) => join(OUT, dirname(entryPoint))));
  const kinds = globSync('functions/*', { cwd: OUT });
  const folders = kinds.flatMap((kind) => readdirSync(join(OUT, kind)).map((name) => join(OUT, kind, name)));
  const stale = folders.filter((folder) => !wanted.has(folder));
  await Promise.all(stale.map((folder) => rm(folder, { recursive: true, force: true })));
}

await Promise.all(entryPoints.map(bundle));
await removeStale();
