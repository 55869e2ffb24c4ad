import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../../lib/core/clock.ts';
import { type Declared, lastPart, type MappingDeclaration } from '../assembly/declared.ts';
import type { Faults } from '../faults/faults.ts';
import type { FlowLog } from '../flow/flow-log.ts';
import { localConcurrency } from '../functions/function-pools.ts';
import type { Invoke } from '../functions/invocation.ts';
import { startQueueMapping } from '../queues/queue-mapping.ts';
import type { Checkpoints } from '../streams/checkpoints.ts';
import { type Mapping, startStreamMapping } from '../streams/stream-mapping.ts';

export interface ConsumerSettings {
  readonly declared: Declared;
  readonly dynamodbEndpoint: string;
  readonly queueUrlOf: (name: string) => string;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly checkpoints: Checkpoints;
  readonly faults: Faults;
  readonly flow: FlowLog;
  readonly invokeOf: (functionName: string) => Invoke;
}

/** Starts every event source mapping of the template. */
export function startConsumers(settings: ConsumerSettings): readonly Mapping[] {
  return settings.declared.mappings
    .filter(({ Enabled }) => Enabled)
    .map((mapping) => startMapping(mapping, settings));
}

function startMapping(mapping: MappingDeclaration, settings: ConsumerSettings): Mapping {
  const { declared, invokeOf, faults, flow } = settings;
  const functionName = lastPart(mapping.FunctionName);
  const invoke = invokeOf(functionName);
  if (mapping.EventSourceArn.startsWith('arn:aws:dynamodb:')) {
    return startStreamMapping({
      mapping,
      endpoint: settings.dynamodbEndpoint,
      place: declared.place,
      functionArn: declared.functions.find(({ name }) => name === functionName)?.arn ?? functionName,
      invoke,
      checkpoints: settings.checkpoints,
      s3: settings.s3,
      faults,
      flow,
    });
  }
  const queue = declared.queues.find(({ arn }) => arn === mapping.EventSourceArn);
  if (queue === undefined) throw new Error(`the mapping of ${functionName} names no queue of the template`);
  return startQueueMapping({
    mapping,
    region: declared.place.region,
    queueUrl: settings.queueUrlOf(queue.name),
    visibilityTimeoutSec: queue.VisibilityTimeout,
    pollerCount: localConcurrency(mapping.ScalingConfig?.MaximumConcurrency),
    sqs: settings.sqs,
    invoke,
    faults,
    flow,
    clock: systemClock,
  });
}
