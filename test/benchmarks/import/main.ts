import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeAppleHealthExport } from '../../support/apple-health-export.ts';
import { startBenchCloud } from '../bench-cloud.ts';
import { machineLine, table, thousands, writeSection } from '../document.ts';

/** `node test/benchmarks/import/main.ts [--bytes 1000000000]`: at 1 GB as the goal says; less by default. */
const DEFAULT_BYTES = 50_000_000;
const MAX_BYTES = 4_000_000_000;
const SEED = 20_261_121;
const GOAL_MB = 300;
const LOOK_EVERY_MS = 200;
const KIBIBYTE = 1_024;
const MEGABYTE = 1_000_000;

interface Imported {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly output: string;
}

const { values } = parseArgs({ options: { bytes: { type: 'string', default: String(DEFAULT_BYTES) } } });
const targetBytes = Number(values.bytes);
if (!Number.isSafeInteger(targetBytes) || targetBytes < 1 || targetBytes > MAX_BYTES)
  throw new Error(`--bytes is a number from 1 to ${MAX_BYTES}`);

const cloud = await startBenchCloud({ args: ['--no-simulator'] });
try {
  const file = join(cloud.directory, 'export.xml');
  const written = await writeAppleHealthExport(createWriteStream(file), { targetBytes, seed: SEED });
  console.log(`${thousands(written.bytes / MEGABYTE)} MB export written, importing ...`);
  const imported = await runImport(file);
  console.log(imported.output);
  const text = sectionOf(written.bytes, imported);
  console.log(text);
  writeSection('import', text);
} finally {
  await cloud.stop();
}

/** `node` and its arguments as `npm run import` has them, flags included. */
function importCommand(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { import: string } };
  return scripts.import.split(' ').slice(1);
}

/** The command in a process of its own, and its largest resident set. */
async function runImport(file: string): Promise<Imported> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [...importCommand(), file, '--user', 'bench', '--data-dir', cloud.directory],
    {
      env: { ...process.env, HEADWATER_API_URL: cloud.apiUrl, HEADWATER_API_KEY: cloud.apiKey },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  let peakBytes = 0;
  const looking = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child));
  }, LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(looking);
  if (code !== 0) throw new Error(`the import ended with ${code}\n${output}`);
  return { seconds: (performance.now() - startedMs) / 1_000, peakBytes, output };
}

/** VmHWM is the peak that the kernel saw, so looking now and then misses nothing but the last moments. */
function peakOf({ pid }: ChildProcess): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kibibytes ?? 0) * KIBIBYTE;
  } catch {
    return 0;
  }
}

function sectionOf(fileBytes: number, { seconds, peakBytes, output }: Imported): string {
  const samples = Number(/read (\d+) samples/.exec(output)?.[1] ?? 0);
  const peakMb = peakBytes / MEGABYTE;
  const rows = [
    ['export.xml', `${thousands(fileBytes / MEGABYTE)} MB, ${thousands(samples)} samples`, '1,000 MB'],
    ['peak memory of the process (VmHWM)', `${thousands(peakMb)} MB`, `below ${GOAL_MB} MB`],
    [
      'time, through the public API in batches of 500',
      `${thousands(seconds)} s, ${thousands(samples / seconds)} samples/s`,
      'none',
    ],
  ];
  return `## Import of an Apple Health export: \`node test/benchmarks/import/main.ts --bytes ${targetBytes}\`

${machineLine()} · generated export, seed ${SEED}; one sequential client, all of the local cloud on the same cores

${table(['figure', 'measured', 'goal'], rows)}`;
}
