import type { Clients, Platform } from '../../../functions/_platform/platform.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { randomnessOf } from '../engine/prng.ts';
import type { SdkCommand } from '../engine/simulated-dynamo.ts';
import { type Container, currentRun, type Effect, type Run } from '../world/container.ts';
import type { Environment } from '../world/environment.ts';
import type { Service } from '../world/services.ts';

/** The services that the functions of device sync may call. */
export interface SyncServices {
  readonly dynamo: (command: SdkCommand, run: Run | undefined) => ReturnType<Effect>;
  readonly kms: Service;
}

/** A platform for one container: its clients reach the world through the container's calls alone. */
export function createSyncPlatform(
  environment: Environment,
  services: SyncServices,
  container: Container,
): Platform {
  const through = (effect: (command: SdkCommand, run: Run | undefined) => ReturnType<Effect>) => ({
    send: (command: SdkCommand) => {
      const run = currentRun.getStore();
      return container.call(() => effect(command, run));
    },
  });
  const clients = {
    dynamo: through(services.dynamo),
    kms: through((command) => ({ output: services.kms(command) })),
    jwks: () => Promise.reject(new Error('the simulation has no issuers')),
  } as unknown as Clients;
  return {
    client: (name) => {
      const client = clients[name];
      if (client === undefined) throw new Error(`device sync has no business with ${name}`);
      return client;
    },
    clock: {
      now: () => environment.scheduler.now(),
      sleep: (durationMs) => container.sleep(durationMs),
    },
    randomness: randomnessOf(environment.prng.fork()),
    log: {
      write: (code, fields) => {
        if (/FAILED$/.test(code)) environment.noteFault(JSON.stringify(fields));
      },
    },
    meter: silentMeter,
  };
}
