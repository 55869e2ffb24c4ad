import { DescribeEventBusCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** Asks for the bus's description: rejects when there is no such bus, or none answers. */
export const createBusProbe =
  (eventBridge: Pick<EventBridgeClient, 'send'>, busName: string) =>
  async (abortSignal: AbortSignal): Promise<void> => {
    await eventBridge.send(new DescribeEventBusCommand({ Name: busName }), { abortSignal });
  };
