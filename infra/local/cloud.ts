import { systemClock } from '../../lib/core/clock.ts';
import { type Access, ensureAccess } from './bootstrap/ensure-access.ts';
import { operatorEnvironment } from './bootstrap/operator-environment.ts';
import { createConsoleRoutes } from './console/routes.ts';
import { clearState } from './data-directory/clear.ts';
import { createRooms, layoutOf, writePrivateFile } from './data-directory/layout.ts';
import { acquireLock } from './data-directory/lock.ts';
import { endOrphan } from './dynamodb/engine.ts';
import { findEngineBinary } from './dynamodb/engine-binary.ts';
import { startTtlSweeper } from './dynamodb/ttl-sweeper.ts';
import { startConsumers } from './events/consumers.ts';
import { startSchedules } from './events/schedules.ts';
import { awsEnvironment } from './functions/environment.ts';
import { createFunctionPools, type FunctionPools } from './functions/function-pools.ts';
import { type Gateway, openGateway } from './gateway/server.ts';
import type { Options } from './options.ts';
import { type Parts, PLACE, type StartContext, startParts } from './parts.ts';
import { readQueueStates } from './queues/queue-states.ts';
import type { Simulator } from './simulator/simulator.ts';
import { openCheckpoints } from './streams/checkpoints.ts';

export interface Cloud extends Access {
  readonly apiUrl: string;
  /** Where the simulated provider clouds answer. */
  readonly simulatorUrl: string | undefined;
  /** Where all state is kept. */
  readonly dataDirectory: string;
  stop(): Promise<void>;
}

/** All of the local cloud, ready when it resolves. What was started is stopped again when it fails. */
export async function startCloud(
  options: Options,
  hooks: Pick<StartContext, 'say' | 'onFatal'>,
): Promise<Cloud> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
      await Promise.resolve(next()).catch((error: unknown) => hooks.say(`while stopping: ${String(error)}`));
    }
  };
  const layout = layoutOf(options.dataDirectory);
  try {
    const lock = acquireLock(layout.lock);
    stops.push(() => lock.release());
    const gateway = await openGateway(options.port);
    stops.push(() => gateway.stop());
    if (options.isFresh) {
      if (options.dynamodbEndpoint === undefined) await endOrphan(layout, findEngineBinary());
      clearState(layout);
    }
    createRooms(layout);
    const context: StartContext = {
      options,
      layout,
      apiUrl: gateway.url,
      ...hooks,
      onStop: (each) => stops.push(each),
    };
    return { ...(await run(context, await startParts(context), gateway)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function run(context: StartContext, parts: Parts, gateway: Gateway): Promise<Omit<Cloud, 'stop'>> {
  const { layout } = context;
  const aws = awsEnvironment(parts.endpoints, PLACE, layout);
  const pools = createFunctionPools(parts.declared, aws, layout.logs);
  context.onStop(() => pools.stop());
  pools.warm(parts.declared.routes.map(({ functionName }) => functionName));
  startBackground(context, parts, pools);
  const access = await ensureAccess(parts, layout.access);
  await serveGateway(gateway, parts, { pools, access });
  // Registered again: the door closes before what is behind it goes.
  context.onStop(() => gateway.stop());
  await announceWebhooks(context, parts.simulator);
  const urls = { apiUrl: gateway.url, simulatorUrl: parts.simulator?.url };
  const connection = { ...urls, ...access, pid: process.pid };
  const operator = operatorEnvironment(parts.declared.functions, aws, gateway.url);
  writePrivateFile(layout.operator, `${JSON.stringify(operator, undefined, 2)}\n`);
  writePrivateFile(layout.connection, `${JSON.stringify(connection, undefined, 2)}\n`);
  return { ...urls, dataDirectory: layout.directory, ...access };
}

function startBackground(context: StartContext, parts: Parts, pools: FunctionPools): void {
  const checkpoints = openCheckpoints(context.layout.checkpoints);
  context.onStop(() => checkpoints.close());
  const sweeper = startTtlSweeper(parts.endpoints.dynamodb, parts.declared.tables, checkpoints);
  const mappings = startConsumers({
    ...parts,
    dynamodbEndpoint: parts.endpoints.dynamodb,
    checkpoints,
    invokeOf: pools.invokeOf,
  });
  const schedules = startSchedules({
    rules: parts.declared.rules,
    place: PLACE,
    clock: systemClock,
    invokeOf: pools.invokeOf,
    faults: parts.faults,
    flow: parts.flow,
  });
  parts.stepFunctions.begin(pools.invokeOf);
  context.onStop(async () => {
    sweeper.stop();
    schedules.stop();
    parts.stepFunctions.stop();
    await withinMs(1_500, Promise.all(mappings.map((mapping) => mapping.stop())));
  });
}

async function serveGateway(
  gateway: Gateway,
  { declared, endpoints, flow, simulator }: Parts,
  { pools, access }: { readonly pools: FunctionPools; readonly access: Access },
): Promise<void> {
  const console = await createConsoleRoutes({
    apiUrl: gateway.url,
    apiKey: access.apiKey,
    simulatorUrl: simulator?.url,
    recentEvents: flow.recent,
    totals: flow.totals,
    queueStates: () => readQueueStates(endpoints.queues, declared.queues),
  });
  gateway.serve({
    routes: declared.routes,
    cors: declared.cors,
    invokeOf: pools.invokeOf,
    flow,
    extra: console.handle,
  });
}

/** The simulated clouds do their handshakes with the API, as the real ones do when a webhook is set up. */
async function announceWebhooks(
  { say, apiUrl }: StartContext,
  simulator: Simulator | undefined,
): Promise<void> {
  try {
    const failed = (await simulator?.announce(apiUrl)) ?? [];
    for (const line of failed) say(`no webhook: ${line}`);
  } catch (error) {
    say(`the simulated clouds send no pushes: ${String(error)}`);
  }
}

/** A function that hangs must not hold up the stop: its message or record comes again at the next start. */
function withinMs(limitMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
