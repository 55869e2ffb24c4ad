/** What Lambda says of a function that threw, timed out or went away. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type InvocationResult =
  | { readonly ok: true; readonly requestId: string /** JSON text. */; readonly payload: string }
  | { readonly ok: false; readonly requestId: string; readonly error: FunctionError };

/** Runs a function once. Never rejects: what goes wrong is in the result. */
export type Invoke = (event: unknown) => Promise<InvocationResult>;

/** From the pool to the thread. */
export interface InvocationMessage {
  readonly requestId: string;
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** What a thread is told at its start. */
export interface FunctionThreadData {
  readonly entry: string;
  readonly exportName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMiB: number;
}

/** Synchronous answers end at 6 MB (AWS Lambda quotas). */
export const MAX_PAYLOAD_BYTES = 6_291_556;
