import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface ReplyLosingProxy {
  readonly endpoint: string;
  /** The next `count` requests of this operation are done, and their connections cut before the reply. */
  loseReplies(operation: string, count: number): void;
  readonly lostCount: () => number;
  stop(): Promise<void>;
}

/** Stands between the SDK and an engine, and does to replies what a network may do. */
export async function startReplyLosingProxy(targetEndpoint: string): Promise<ReplyLosingProxy> {
  const toLose = { operation: '', count: 0 };
  let lostCount = 0;
  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1];
    const isLost = operation === toLose.operation && toLose.count > 0;
    if (isLost) toLose.count -= 1;
    const forwarded = request(
      new URL(incoming.url ?? '/', targetEndpoint),
      { method: incoming.method, headers: incoming.headers },
      (reply) => {
        if (!isLost) {
          outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(outgoing);
          return;
        }
        reply.resume().once('end', () => {
          lostCount += 1;
          incoming.socket.destroy();
        });
      },
    );
    forwarded.once('error', () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    loseReplies: (operation, count) => Object.assign(toLose, { operation, count }),
    lostCount: () => lostCount,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
