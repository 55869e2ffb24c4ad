import { readFileSync } from 'node:fs';

/** What a function asked of AWS, and of DynamoDB in capacity units as its engine counts them. */
export interface Usage {
  writeUnits: number;
  readUnits: number;
  /** By operation, such as `AmazonSQS.SendMessage` or `S3.PUT`. */
  readonly calls: Record<string, number>;
  /** Of a provider's cloud. */
  providerCalls: number;
  /** Before Lambda's own: 64 KB of EventBridge entries begun, each billed as an event. */
  eventUnits: number;
}

/** One invocation, when it ended. */
export interface InvocationReading {
  readonly kind: 'invocation';
  readonly functionName: string;
  readonly atMs: number;
  readonly cpuMs: number;
  readonly usage: Usage;
}

/** One call of a provider's cloud: memory of the process, and of the function's own heap, when it began. */
export interface PageReading {
  readonly kind: 'page';
  readonly functionName: string;
  readonly atMs: number;
  readonly path: string;
  readonly residentBytes: number;
  readonly heapBytes: number;
}

export type Reading = InvocationReading | PageReading;

export const readReadings = (file: string): readonly Reading[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Reading => JSON.parse(line));

export const emptyUsage = (): Usage => ({
  writeUnits: 0,
  readUnits: 0,
  calls: {},
  providerCalls: 0,
  eventUnits: 0,
});
