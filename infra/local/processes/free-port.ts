import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody listens on at this moment: `preferred` where it is one, else any. */
export function findFreePort(preferred = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => {
      if (preferred === 0) reject(error);
      else resolve(findFreePort());
    });
    server.listen(preferred, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
