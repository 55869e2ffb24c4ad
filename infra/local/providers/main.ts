import { parseArgs } from 'node:util';
import { startSimulator } from './server.ts';

const USAGE = `usage: npm run provider-sim -- [--port n] [--seed text] [--webhooks address] [--state file] [--guarded]

  --port n           listen on this port of 127.0.0.1 (default: any free one)
  --seed text        secrets, tokens and data repeat for the same text
  --webhooks address prove and use <address>/v1/inbound/<cloud> for pushes
  --state file       keep there what a restart must not forget: applications, consents, edits, subscriptions
  --guarded          Ctrl-C is for whoever started this: only SIGTERM stops it`;

interface Asked {
  readonly port: number;
  readonly seed?: string;
  readonly webhooks?: string;
  readonly state?: string;
  readonly guarded: boolean;
}

/** What was asked for, or the fault in it. */
function readArguments(): (Asked & { readonly help: boolean }) | string {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        seed: { type: 'string' },
        webhooks: { type: 'string' },
        state: { type: 'string' },
        guarded: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return `--port ${values.port} is no port`;
    return { ...values, port };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function run({ port, seed, webhooks, state, guarded }: Asked): Promise<void> {
  // Ctrl-C reaches the whole group, also while this starts.
  if (guarded) process.on('SIGINT', () => {});
  const simulator = await startSimulator({
    port,
    ...(seed === undefined ? {} : { seed }),
    ...(state === undefined ? {} : { stateFile: state }),
  });
  const stop = (): void => void simulator.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  if (!guarded) process.once('SIGINT', stop);
  console.log(simulator.url);
  if (webhooks === undefined) return;
  const body = JSON.stringify({ baseUrl: webhooks });
  const response = await fetch(`${simulator.url}/control/webhooks`, { method: 'PUT', body });
  console.log(await response.text());
}

const asked = readArguments();
if (typeof asked === 'string') {
  console.error(`${asked}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (asked.help) console.log(USAGE);
else {
  await run(asked).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}
