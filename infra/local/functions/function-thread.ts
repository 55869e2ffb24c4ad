import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type FunctionError,
  type FunctionThreadData,
  type InvocationMessage,
  type InvocationResult,
  MAX_PAYLOAD_BYTES,
} from './invocation.ts';

/*
 * One execution environment: loads the bundle once, then handles one event at a time, as Lambda's runtime
 * does. The environment variables are the thread's own.
 */
const data = workerData as FunctionThreadData;
type Handler = (event: unknown, context: object) => unknown;

const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(data.entry).href);
const handler = loaded[data.exportName];
if (typeof handler !== 'function') throw new Error(`${data.exportName} is not exported by ${data.entry}`);

parentPort?.postMessage('loaded');
parentPort?.on('message', (message: InvocationMessage) => {
  void run(handler as Handler, message).then((result) => parentPort?.postMessage(result));
});

async function run(handle: Handler, message: InvocationMessage): Promise<InvocationResult> {
  const { requestId } = message;
  try {
    const payload = JSON.stringify((await handle(message.event, contextOf(message))) ?? null);
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
      return {
        ok: false,
        requestId,
        error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage, trace: [] },
      };
    }
    return { ok: true, requestId, payload };
  } catch (error) {
    const described = describe(error);
    console.error(JSON.stringify({ level: 'ERROR', requestId, ...described }));
    return { ok: false, requestId, error: described };
  }
}

const describe = (error: unknown): FunctionError =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

function contextOf({ requestId, timeoutMs }: InvocationMessage): object {
  const deadlineMs = Date.now() + timeoutMs;
  return {
    awsRequestId: requestId,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.functionArn,
    memoryLimitInMB: String(data.memoryMiB),
    logGroupName: `/aws/lambda/${data.functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}
