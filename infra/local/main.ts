import { startCloud } from './cloud.ts';
import { parseOptions, USAGE } from './options.ts';

/** A stop takes at most this long: whatever still runs then is safe to kill, as any kill is. */
const STOP_LIMIT_MS = 4_500;
const PARENT_CHECK_MS = 500;

// Lambda's clock is UTC; threads take this process's zone.
process.env['TZ'] = 'UTC';

function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function readOptions() {
  try {
    const given = parseOptions(process.argv.slice(2));
    if (given !== undefined) return given;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
  console.log(USAGE);
  process.exit(0);
}

const startedMs = performance.now();
const options = readOptions();
let stopping: Promise<void> | undefined;
let exitCode = 0;
const starting = startCloud(options, {
  say: (line) => console.log(line),
  onFatal: (error) => {
    console.error(error.message);
    exitCode = 1;
    void end();
  },
});

function end(): Promise<void> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(exitCode), STOP_LIMIT_MS).unref();
    const cloud = await starting.catch(() => undefined);
    await cloud?.stop();
    process.exit(exitCode);
  })();
  return stopping;
}
process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());

// Killed outright, npm does not take us along: we would keep the port, and nobody would know our number.
const parentPid = process.ppid;
if (process.env['npm_lifecycle_event'] === 'start') {
  setInterval(() => {
    if (process.ppid !== parentPid) void end();
  }, PARENT_CHECK_MS).unref();
}

const cloud = await starting.catch((error: unknown) => (stopping === undefined ? fail(error) : undefined));
if (cloud !== undefined && stopping === undefined) {
  console.log(`
  Headwater, local cloud
  API      ${cloud.apiUrl}/v1   (description: ${cloud.apiUrl}/docs)
  Console  ${cloud.apiUrl}/${cloud.simulatorUrl === undefined ? '' : `\n  Clouds   ${cloud.simulatorUrl}/   (simulated providers and their people)`}
  API key  ${cloud.apiKey}
  User     ${cloud.userId}
  Token    ${cloud.userToken}
  Data     ${cloud.dataDirectory}${options.faultSeed === undefined ? '' : `, faults on (${options.faultSeed})`}

  Ctrl-C stops it; what it holds stays in ${cloud.dataDirectory}
`);
  console.log(`ready in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
}
