import { parseArgs } from 'node:util';

export interface Options {
  readonly port: number;
  readonly dataDirectory: string;
  readonly isFresh: boolean;
  /** Seed of the fault switch; undefined: no faults. */
  readonly faultSeed: string | undefined;
  /** Another engine than our own, such as DynamoDB Local. */
  readonly dynamodbEndpoint: string | undefined;
  /** Whether the simulated provider clouds run along. */
  readonly hasSimulator: boolean;
}

export const USAGE = `usage: npm start -- [options]

  --port N                  where the API listens (4000; 0: a free one)
  --data-dir DIR            where all state is kept (.headwater)
  --fresh                   throw that state away first
  --faults SEED             duplicate, delay, reorder and redeliver, the same way for the same seed
  --dynamodb-endpoint URL   use this DynamoDB instead of the engine that comes along
  --no-simulator            without the simulated provider clouds`;

/** Throws a sentence for the one who typed it; undefined when the usage was asked for. */
export function parseOptions(argumentList: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argumentList],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      port: { type: 'string', default: '4000' },
      'data-dir': { type: 'string', default: '.headwater' },
      fresh: { type: 'boolean', default: false },
      faults: { type: 'string' },
      'dynamodb-endpoint': { type: 'string' },
      'no-simulator': { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port is "${values.port}"; it must be a number from 0 to 65535`);
  }
  if (values['data-dir'] === '') throw new Error('--data-dir must name a directory');
  const endpoint = values['dynamodb-endpoint'];
  if (endpoint !== undefined && !/^https?:\/\/[^/]+\/?$/.test(endpoint)) {
    throw new Error(`--dynamodb-endpoint is "${endpoint}"; it must be like http://127.0.0.1:8000`);
  }
  return {
    port: Number(values.port),
    dataDirectory: values['data-dir'],
    isFresh: values.fresh,
    faultSeed: values.faults,
    dynamodbEndpoint: endpoint,
    hasSimulator: !values['no-simulator'],
  };
}
