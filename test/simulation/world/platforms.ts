import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Clients, Platform } from '../../../functions/_platform/platform.ts';
import { silentMeter } from '../../../lib/observability/metrics.ts';
import { randomnessOf } from '../engine/prng.ts';
import type { SdkCommand } from '../engine/simulated-dynamo.ts';
import type { SimulatedBus } from './bus.ts';
import { type Container, currentRun, type Effect, type Run } from './container.ts';
import type { Environment } from './environment.ts';
import type { SimulatedQueue } from './queue.ts';
import type { Service } from './services.ts';

/** The services that a function may call, as one history has them. */
export interface Services {
  readonly dynamo: (command: SdkCommand, run: Run | undefined) => ReturnType<Effect>;
  readonly bus: SimulatedBus;
  readonly queueAt: (url: string | undefined) => SimulatedQueue;
  readonly s3: Service;
  readonly kms: Service;
}

/** What a mutant puts between an adapter and the world. */
export type WrapClients = (clients: Clients) => Clients;

/** A platform for one container: its clients reach the world through the container's calls alone. */
export function createPlatform(
  environment: Environment,
  services: Services,
  container: Container,
  wrap: WrapClients,
): Platform {
  const through = (effect: (command: SdkCommand, run: Run | undefined) => ReturnType<Effect>) => ({
    send: (command: SdkCommand) => {
      const run = currentRun.getStore();
      return container.call(() => effect(command, run));
    },
  });
  const plain = (service: Service) => through((command) => ({ output: service(command) }));
  const clients = wrap({
    dynamo: through(services.dynamo),
    eventBridge: plain(({ input }) => services.bus.putEvents(input as PutEventsCommandInput)),
    sqs: plain(({ input }) => {
      const { QueueUrl, MessageBody = '', DelaySeconds } = input as SendMessageCommandInput;
      return { MessageId: services.queueAt(QueueUrl).send(MessageBody, DelaySeconds) };
    }),
    s3: plain(services.s3),
    kms: plain(services.kms),
    jwks: () => Promise.reject(new Error('the simulation has no issuers')),
  } as unknown as Clients);
  return {
    client: (name) => clients[name],
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
