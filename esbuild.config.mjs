import { globSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));

/** `functions/http/ingest-samples/index.ts` is bundled to `dist/functions/http/ingest-samples/index.mjs`. */
const entryPoints = globSync('functions/{http,stream,queue}/*/index.ts', { cwd: ROOT }).sort();

async function bundle(entryPoint) {
  const folder = dirname(entryPoint);
  const { metafile, warnings } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entryPoint],
    outfile: join('dist', folder, 'index.mjs'),
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
  const metafilePath = join(ROOT, 'dist', 'metafiles', `${folder}.json`);
  await mkdir(dirname(metafilePath), { recursive: true });
  await writeFile(metafilePath, JSON.stringify(metafile));
}

await rm(join(ROOT, 'dist'), { recursive: true, force: true });
await Promise.all(entryPoints.map(bundle));
