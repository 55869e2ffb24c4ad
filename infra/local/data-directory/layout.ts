import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where each part keeps its state. Everything below the directory belongs to one local cloud. */
export interface Layout {
  readonly directory: string;
  readonly lock: string;
  readonly connection: string;
  readonly operator: string;
  readonly assembly: string;
  readonly assemblyFingerprint: string;
  readonly engineDatabase: string;
  readonly engineProcess: string;
  readonly queues: string;
  readonly objects: string;
  readonly checkpoints: string;
  readonly masterKey: string;
  readonly issuerKey: string;
  readonly access: string;
  readonly executions: string;
  readonly simulatorProcess: string;
  readonly simulatorPort: string;
  readonly simulatorState: string;
  readonly logs: string;
}

export function layoutOf(dataDirectory: string): Layout {
  const directory = resolve(dataDirectory);
  const at = (...parts: readonly string[]): string => join(directory, ...parts);
  return {
    directory,
    lock: at('lock.db'),
    connection: at('local.json'),
    operator: at('operator.json'),
    assembly: at('cdk.out'),
    assemblyFingerprint: at('assembly.fingerprint'),
    engineDatabase: at('dynamodb', 'engine.db'),
    engineProcess: at('dynamodb', 'engine.json'),
    queues: at('queues'),
    objects: at('objects'),
    checkpoints: at('streams', 'checkpoints.db'),
    masterKey: at('keys', 'master.key'),
    issuerKey: at('identity', 'issuer.json'),
    access: at('identity', 'access.json'),
    executions: at('workflows', 'executions.db'),
    simulatorProcess: at('simulator', 'simulator.json'),
    simulatorPort: at('simulator', 'port'),
    simulatorState: at('simulator', 'clouds.state'),
    logs: at('logs'),
  };
}

/** Makes the rooms; only the owner may look in, for health data and keys lie there. */
export function createRooms(layout: Layout): void {
  mkdirSync(layout.directory, { recursive: true, mode: 0o700 });
  chmodSync(layout.directory, 0o700);
  const files = [
    layout.engineDatabase,
    layout.checkpoints,
    layout.masterKey,
    layout.issuerKey,
    layout.executions,
    layout.simulatorPort,
  ];
  for (const room of [...files.map(dirname), layout.queues, layout.objects, layout.logs]) {
    mkdirSync(room, { recursive: true });
  }
}

/** Whole or not at all, also under a crash in the middle; readable by the owner only. */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, path);
}
