import { parseArgs } from 'node:util';
import { startSimulator } from './server.ts';

const USAGE = `node infra/local/providers/main.ts [--port n] [--seed text] [--webhooks address]

  --port n           listen on this port of 127.0.0.1 (default: any free one)
  --seed text        secrets, tokens and data repeat for the same text
  --webhooks address prove and use <address>/v1/inbound/<cloud> for pushes`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    seed: { type: 'string' },
    webhooks: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
} else {
  const { seed } = values;
  const simulator = await startSimulator({
    port: Number(values.port),
    ...(seed === undefined ? {} : { seed }),
  });
  console.log(simulator.url);
  if (values.webhooks !== undefined) {
    const response = await fetch(`${simulator.url}/control/webhooks`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ baseUrl: values.webhooks }),
    });
    console.log(await response.text());
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void simulator.stop().then(() => process.exit(0)));
}
