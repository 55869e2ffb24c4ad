import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const execute = promisify(execFile);
export const run = (file: string, args: readonly string[], cwd: string) =>
  execute(file, args, { cwd, encoding: 'utf8', timeout: 60_000 });

export interface PackedClient {
  /** What `npm publish` would send. */
  readonly tarball: string;
  /** A project that has installed it, with nothing of the repository but the packages it depends on. */
  readonly project: string;
  /** The package in it. */
  readonly folder: string;
}

/** Builds, packs and installs @headwater/client in a temporary folder, without a network. */
export async function packClient(): Promise<PackedClient> {
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-package-'));
  const built = join(scratch, 'built');
  await run(process.execPath, [join(ROOT, 'lib/client/package/build.ts'), '--outdir', built], ROOT);
  await run('npm', ['pack', '--offline', '--ignore-scripts', '--pack-destination', scratch], built);
  const name = readdirSync(scratch).find((file) => file.endsWith('.tgz')) ?? '';
  const tarball = join(scratch, name);

  const project = join(scratch, 'project');
  const folder = join(project, 'node_modules/@headwater/client');
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder], scratch);
  for (const dependency of ['zod', '@noble/hashes']) {
    const link = join(project, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), link);
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }));
  return { tarball, project, folder };
}

/** Checks the project's files as an app in a browser would, with all that is strict. */
export async function checkTypes(project: string, files: readonly string[]): Promise<string> {
  const options = {
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2024', 'dom', 'dom.iterable'],
      module: 'nodenext',
      types: [],
      noEmit: true,
    },
    files,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(options));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const checked = await run(process.execPath, [compiler, '-p', project], project).catch(
    (error: { stdout: string }) => error,
  );
  return checked.stdout;
}
