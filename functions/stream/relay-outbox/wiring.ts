import { parseOutboxItem } from '../../../lib/adapters/dynamo/outbox-item.ts';
import { createEventBridgeClient } from '../../../lib/adapters/eventbridge/client.ts';
import { createEventPublisher } from '../../../lib/adapters/eventbridge/event-publisher.ts';
import type { ParseChange } from '../../../lib/outbox/classify-record.ts';
import type { EventPublisher } from '../../../lib/outbox/event-publisher.ts';
import type { Platform } from '../../_platform/platform.ts';
import type { Env } from './env.ts';

export interface RelayOutboxDeps {
  readonly publisher: EventPublisher;
  readonly parseChange: ParseChange;
  readonly settings: Pick<Platform, 'clock' | 'log' | 'meter'>;
}

export const wire = (env: Env, platform: Platform): RelayOutboxDeps => ({
  publisher: createEventPublisher(
    platform.client('eventBridge', createEventBridgeClient),
    env.EVENT_BUS_NAME,
  ),
  parseChange: parseOutboxItem,
  settings: platform,
});
