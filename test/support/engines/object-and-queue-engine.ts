import { buildApp } from 'fauxqs';

export interface ObjectAndQueueEngine {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** fauxqs in this process, in memory, on a free port of 127.0.0.1: it speaks the protocols of S3 and SQS. */
export async function startObjectAndQueueEngine(): Promise<ObjectAndQueueEngine> {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    endpoint,
    stop: async () => {
      await app.close();
    },
  };
}
