import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export function findFreePort(): Promise<number> {
  return listenOnce(0);
}

/** Throws a sentence to read when somebody listens there, before anything is built. */
export async function requireFreePort(port: number): Promise<void> {
  await listenOnce(port).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EADDRINUSE') throw portTaken(port, cause);
    throw new Error(`cannot listen on port ${port}: ${cause.message}`, { cause });
  });
}

export const portTaken = (port: number, cause: unknown): Error =>
  new Error(`port ${port} is taken: stop what listens there, or give --port`, { cause });

function listenOnce(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
