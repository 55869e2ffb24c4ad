import { type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { EventType } from '../../contracts/events/catalog.ts';
import { EVENT_SOURCE } from '../../contracts/events/envelope.ts';
import { physicalName } from '../naming.ts';
import { asEventBus } from './cdk-interfaces.ts';
import type { Deployment } from './service-function.ts';
import type { ServiceQueue } from './service-queue.ts';

export interface EventRouteProps {
  readonly deployment: Deployment;
  readonly bus: EventBus;
  readonly name: string;
  readonly eventTypes: readonly [EventType, ...EventType[]];
  /**
   * What of the detail has to be there, as EventBridge's patterns say it: a list in the event matches when one of
   * its members does. Without it every event of the types goes to the queue.
   */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly target: ServiceQueue;
}

/**
 * Events of these types to one queue. What EventBridge cannot hand over goes to that queue's DLQ: it is
 * the same message there, and the same redrive brings it back.
 */
export class EventRoute extends Construct {
  constructor(scope: Construct, id: string, props: EventRouteProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      ruleName: physicalName(props.deployment.stage, props.name),
      eventBus: asEventBus(props.bus),
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: [...props.eventTypes],
        ...(props.detail === undefined ? {} : { detail: props.detail }),
      },
      targets: [
        new SqsQueue(props.target.queue, {
          deadLetterQueue: props.target.deadLetterQueue,
        }),
      ],
    });
  }
}
