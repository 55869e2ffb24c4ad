import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** The engine's binary for this machine; throws with what to do where the package is not installed. */
export function findEngineBinary(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@dynoxide/${platform}-${arch}`;
  try {
    const manifest = require.resolve(`${name}/package.json`);
    return join(manifest, '..', platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
  } catch (cause) {
    throw new Error(
      `the DynamoDB engine ${name} is not installed. Either: npm install --no-save ${name}@1.2.1, ` +
        'or run another engine and give its address: npm start -- --dynamodb-endpoint http://127.0.0.1:8000',
      { cause },
    );
  }
}
