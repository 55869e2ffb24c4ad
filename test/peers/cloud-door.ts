import { callApi, type LocalCloudAccess } from '../support/local-cloud.ts';
import type { SyncDoor } from './sync-door.ts';

/** A new user of a running cloud, and the door of their devices over HTTP, as a server with an API key has it. */
export async function openCloudDoor(
  cloud: LocalCloudAccess,
  externalId: string,
): Promise<{ readonly userId: string; readonly door: SyncDoor }> {
  const { body: user } = await callApi<{ id: string }>(cloud, '/v1/users', { body: { externalId } });
  const door: SyncDoor = async ({ method, path, query, body }) => {
    const target = query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
    const { status, text } = await callApi(cloud, target, {
      method,
      headers: { 'x-headwater-user': user.id, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { raw: body }),
    });
    return { status, body: text };
  };
  return { userId: user.id, door };
}
