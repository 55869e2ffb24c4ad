/**
 * AWS list prices, us-east-1, on demand, without free tier, in dollars: what AWS published up to November
 * 2026 (DynamoDB and EventBridge pricing pages, AWS's own DynamoDB calculator, Lambda pricing for arm64).
 */
export const PRICES = {
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** HTTP API, each 512 KB begun. */
  httpRequest: 1.0 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaGbSecond: 0.0000133334,
  /** Custom events, each 64 KB begun. */
  event: 1.0 / 1e6,
  /** Step Functions pricing: Standard workflows, each state entered and each retry. */
  stateTransition: 25 / 1e6,
  /** SQS pricing: standard queues, each 64 KB begun of a request. */
  queueRequest: 0.4 / 1e6,
  /** S3 pricing: S3 Standard, $0.005 a thousand PUT, and $0.0004 a thousand GET. */
  objectPut: 5 / 1e6,
  objectGet: 0.4 / 1e6,
  /** KMS pricing: symmetric requests, $0.03 for 10,000. */
  keyRequest: 3 / 1e6,
  /** Secrets Manager pricing: $0.05 for 10,000 calls. */
  secretRequest: 5 / 1e6,
} as const;

/** Memory at which a function has one whole vCPU (AWS Lambda, "Configure memory"). */
export const MIB_PER_VCPU = 1_769;
export const HTTP_METER_BYTES = 512 * 1_024;
export const EVENT_METER_BYTES = 64 * 1_024;

/** A put of one small item for each sample, and the batch's share of everything else. */
export const ITEM_PER_SAMPLE_DOLLARS = 0.64;

/** Waiting for DynamoDB in one request: one BatchGetItem and one TransactWriteItems; typical, not measured here. */
export const INGEST_WAIT_MS = 15;
/** Waiting for PutEvents in one run of the relay; typical, not measured here. */
export const RELAY_WAIT_MS = 15;
/** Change entries that one run of the relay finds: the mapping allows 100, and traffic decides. */
export const ENTRIES_PER_RELAY_RUN = 10;
/** Waiting for AWS in one call of a sync: half of a request's, which has two. */
export const AWS_CALL_WAIT_MS = INGEST_WAIT_MS / 2;
/** Waiting for a provider's cloud in one call; typical, not measured here. */
export const PROVIDER_CALL_WAIT_MS = 250;
