import type { App } from 'aws-cdk-lib';
import type { Deployment } from './constructs/service-function.ts';
import { ApiStack } from './stacks/api-stack.ts';
import { ConnectionsStack } from './stacks/connections-stack.ts';
import { ConsumersStack } from './stacks/consumers-stack.ts';
import { DataStack } from './stacks/data-stack.ts';
import { EventsStack } from './stacks/events-stack.ts';
import { FoundationStack } from './stacks/foundation-stack.ts';
import { IdentityStack } from './stacks/identity-stack.ts';
import { ObservabilityStack } from './stacks/observability-stack.ts';

/** All stacks of one stage, in the order in which they stand on each other. */
export function addHeadwater(app: App, deployment: Deployment): void {
  const id = (name: string): string => `headwater-${deployment.stage}-${name}`;
  const foundation = new FoundationStack(app, id('foundation'), { deployment });
  const data = new DataStack(app, id('data'), { deployment, foundation });
  const identity = new IdentityStack(app, id('identity'), { deployment });
  const events = new EventsStack(app, id('events'), { deployment, foundation, data });
  const consumers = new ConsumersStack(app, id('consumers'), { deployment, foundation, data, events });
  const connections = new ConnectionsStack(app, id('connections'), { deployment, foundation, data });
  new ApiStack(app, id('api'), {
    deployment,
    foundation,
    data,
    identity,
    bus: events.bus,
    largeIngests: consumers.largeIngests,
    workoutWrites: consumers.workoutWrites,
    rebuilds: consumers.rebuilds,
    activityImports: consumers.activityImports,
    connections,
  });
  new ObservabilityStack(app, id('observability'), { deployment, foundation });
}
