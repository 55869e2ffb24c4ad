import type { DeviceType, PrioritySettings, Source } from '../samples/model.ts';

/** read-models.md 2: who goes first when nobody said otherwise; providers not listed follow by name. */
export const DEFAULT_PROVIDER_ORDER = [
  'apple_health',
  'garmin',
  'fitbit',
  'polar',
  'whoop',
  'oura',
  'withings',
  'health_connect',
  'strava',
] as const;

/** Types of device as an order names them, the first wins. */
export const defaultDeviceOrder = (): readonly string[] =>
  Object.entries(DEVICE_RANK)
    .sort(([, left], [, right]) => left - right)
    .map(([type]) => `device:${type}`);

/** A device on the body beats one in a pocket. */
const DEVICE_RANK: Readonly<Record<DeviceType, number>> = {
  watch: 0,
  band: 1,
  ring: 2,
  phone: 3,
  scale: 4,
  other: 5,
};

/**
 * The order that holds for a metric: the user's for it, the user's for all (`*`), the workspace's for it,
 * the workspace's for all, else none. An empty list is no order (SRC7).
 */
export function orderOf(
  metric: string,
  user: PrioritySettings,
  workspace: PrioritySettings,
): readonly string[] {
  const candidates = [user.orders[metric], user.orders['*'], workspace.orders[metric], workspace.orders['*']];
  return candidates.find((order) => order !== undefined && order.length > 0) ?? [];
}

/** How an order names every source on devices of a type: `device:watch`. */
export const DEVICE_ENTRY_PREFIX = 'device:';

/**
 * Sources by priority, the first wins. An order names providers, types of device (`device:watch`) or source
 * ids. A source's own id is its place; without it, the better of its provider's and its device's. What an order
 * does not name follows in the default order: provider, then device type, then source id, so that no two
 * sources are ever equal (SRC8). A source that names no device is one on `device:other`.
 */
export function compareSources(order: readonly string[]): (left: Source, right: Source) => number {
  const places = new Map(order.map((entry, place) => [entry, place]));
  const unnamed = order.length;
  const placeOf = ({ sourceId, provider, device }: Source): number =>
    places.get(sourceId) ??
    Math.min(
      places.get(provider) ?? unnamed,
      places.get(`${DEVICE_ENTRY_PREFIX}${device?.type ?? 'other'}`) ?? unnamed,
    );
  return (left, right) =>
    placeOf(left) - placeOf(right) ||
    defaultPlaceOf(left.provider) - defaultPlaceOf(right.provider) ||
    compareText(left.provider, right.provider) ||
    DEVICE_RANK[left.device?.type ?? 'other'] - DEVICE_RANK[right.device?.type ?? 'other'] ||
    compareText(left.sourceId, right.sourceId);
}

/** Numbers of the last changes that can move a metric's figures, for its fingerprint. */
export function priorityVersions(
  metric: string,
  user: PrioritySettings,
  workspace: PrioritySettings,
): { readonly user: number; readonly workspace: number } {
  const latest = ({ changedAt }: PrioritySettings): number =>
    Math.max(changedAt['*'] ?? 0, changedAt[metric] ?? 0);
  return { user: latest(user), workspace: latest(workspace) };
}

function defaultPlaceOf(provider: string): number {
  const place = (DEFAULT_PROVIDER_ORDER as readonly string[]).indexOf(provider);
  return place === -1 ? DEFAULT_PROVIDER_ORDER.length : place;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
