import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../lib/core/clock.ts';
import { type Declared, readDeclared } from './assembly/declared.ts';
import type { Place } from './assembly/resolver.ts';
import { readAssembly } from './assembly/template.ts';
import { prepareAssembly } from './build/prepare-assembly.ts';
import type { Layout } from './data-directory/layout.ts';
import { type Engine, startEngine } from './dynamodb/engine.ts';
import { findEngineBinary } from './dynamodb/engine-binary.ts';
import { createTables } from './dynamodb/tables.ts';
import { createBusDescription, createEventBus } from './events/event-bus.ts';
import { createFaults, type Faults, noFaults } from './faults/faults.ts';
import { createFlowLog, type FlowLog } from './flow/flow-log.ts';
import type { Endpoints } from './functions/environment.ts';
import { createLocalIssuer, type LocalIssuer } from './identity/local-issuer.ts';
import { createLocalKms } from './keys/local-kms.ts';
import { loadMasterKey } from './keys/master-key.ts';
import type { Options } from './options.ts';
import { createBuckets, createQueues } from './queues/create-queues.ts';
import { type QueueServer, startQueueServer } from './queues/server.ts';
import { createSecretsManager } from './secrets/secrets-manager.ts';
import { type ServicesServer, startServices } from './services/server.ts';
import { type Simulator, startSimulator } from './simulator/simulator.ts';
import { openExecutionStore } from './workflows/execution-store.ts';
import { createStepFunctions, type StepFunctions } from './workflows/step-functions.ts';

/** The account that fauxqs writes into its ARNs, and the region that stands for the deployer's. */
export const PLACE: Place = { region: 'us-east-1', accountId: '000000000000' };

/** `headwater-<stage>-providers` holds the applications at the providers (infra/stacks). */
const PROVIDER_SECRET_SUFFIX = '-providers';

/** What runs below the functions: storage, queues, keys, identity, bus. */
export interface Parts {
  readonly declared: Declared;
  readonly endpoints: Endpoints;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly issuer: LocalIssuer;
  readonly faults: Faults;
  readonly flow: FlowLog;
  readonly queueUrlOf: (name: string) => string;
  readonly stepFunctions: StepFunctions;
  /** Undefined when it was not wanted. */
  readonly simulator: Simulator | undefined;
}

export interface StartContext {
  readonly options: Options;
  readonly layout: Layout;
  /** Where the API answers once all is up. */
  readonly apiUrl: string;
  readonly say: (line: string) => void;
  readonly onFatal: (error: Error) => void;
  /** Runs at the stop, the last registered first. */
  readonly onStop: (stop: () => Promise<void> | void) => void;
}

export async function startParts(context: StartContext): Promise<Parts> {
  const { options, layout, say } = context;
  const [engine, queueServer, simulator] = await startEngines(context, () => prepareAssembly(layout, say));
  const urls = { queues: queueServer.endpoint, api: context.apiUrl };
  const declared = readDeclared(await readAssembly(layout.assembly), PLACE, urls);
  const { sqs, s3 } = createClients(queueServer.endpoint);
  await Promise.all([
    createTables(engine.endpoint, declared.tables),
    createQueues(sqs, declared.queues),
    createBuckets(s3, declared.buckets),
  ]);
  const faults = options.faultSeed === undefined ? noFaults : createFaults(options.faultSeed);
  const flow = createFlowLog();
  const queueUrlOf = (name: string): string => `${queueServer.endpoint}/${PLACE.accountId}/${name}`;
  const issuer = await createLocalIssuer(
    layout.issuerKey,
    declared.userPool ?? { poolId: 'none', clientId: 'none' },
  );
  const stepFunctions = openStepFunctions(context, { declared, faults, flow });
  const base = { declared, sqs, s3, issuer, faults, flow, queueUrlOf, stepFunctions, simulator };
  const services = await startServiceEndpoints(base, layout);
  context.onStop(() => services.stop());
  const endpoints = { dynamodb: engine.endpoint, queues: queueServer.endpoint, services: services.endpoint };
  return { ...base, endpoints };
}

/** The engines come up while the bundles are built. */
async function startEngines(
  { options, layout, say, onFatal, onStop }: StartContext,
  meanwhile: () => Promise<void>,
): Promise<readonly [Pick<Engine, 'endpoint'>, QueueServer, Simulator | undefined]> {
  const startDynamo = async (): Promise<Pick<Engine, 'endpoint'>> => {
    if (options.dynamodbEndpoint !== undefined) return { endpoint: options.dynamodbEndpoint };
    const engine = await startEngine(layout, findEngineBinary(), onFatal);
    onStop(() => engine.stop());
    return engine;
  };
  const startQueues = async (): Promise<QueueServer> => {
    const queueServer = await startQueueServer(
      { region: PLACE.region, queuesDirectory: layout.queues, objectsDirectory: layout.objects },
      onFatal,
    );
    onStop(() => queueServer.stop());
    return queueServer;
  };
  const startClouds = async (): Promise<Simulator | undefined> => {
    if (!options.hasSimulator) return undefined;
    const simulator = await startSimulator(layout, (error) => say(error.message));
    onStop(() => simulator.stop());
    return simulator;
  };
  // All of them settle before a failure is told: what came up meanwhile must be known to be stopped.
  const all = [startDynamo(), startQueues(), startClouds(), meanwhile()] as const;
  await Promise.allSettled(all);
  const [engine, queueServer, simulator] = await Promise.all(all);
  return [engine, queueServer, simulator];
}

function createClients(endpoint: string): { readonly sqs: SQSClient; readonly s3: S3Client } {
  const shared = {
    endpoint,
    region: PLACE.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return {
    sqs: new SQSClient({ ...shared, useQueueUrlAsEndpoint: false }),
    s3: new S3Client({ ...shared, forcePathStyle: true }),
  };
}

function openStepFunctions(
  { layout, onStop }: StartContext,
  { declared, faults, flow }: Pick<Parts, 'declared' | 'faults' | 'flow'>,
): StepFunctions {
  const store = openExecutionStore(layout.executions);
  onStop(() => store.close());
  return createStepFunctions({
    machines: declared.stateMachines,
    place: PLACE,
    store,
    faults,
    flow,
    clock: systemClock,
    randomName: randomUUID,
  });
}

function startServiceEndpoints(parts: Omit<Parts, 'endpoints'>, layout: Layout): Promise<ServicesServer> {
  const { declared, sqs, faults, flow, queueUrlOf, issuer, simulator } = parts;
  const named = { place: PLACE, busNames: ['default', ...declared.busNames] };
  const putEvents = createEventBus({
    ...named,
    rules: declared.rules,
    queueUrlOf,
    sqs,
    faults,
    flow,
  });
  const kms = createLocalKms(loadMasterKey(layout.masterKey), declared.keyIds, PLACE);
  const operations = {
    ...kms,
    ...parts.stepFunctions.operations,
    ...createSecretsManager(declared.secrets, async (name) =>
      name.endsWith(PROVIDER_SECRET_SUFFIX) ? simulator?.apps() : undefined,
    ),
    'AWSEvents.PutEvents': putEvents,
    'AWSEvents.DescribeEventBus': createBusDescription(named),
  };
  return startServices(operations, issuer.serve);
}
