import { element } from '../elements.ts';
import { showConflicts } from './conflicts-view.ts';
import { openDemoDevice } from './demo-device.ts';
import { createDevicePane, type DevicePane } from './device-pane.ts';

const NAMES = ['Phone', 'Tablet'] as const;

let shownUserId = '';
/** By user: who is looked at again later finds the devices as they were, with what they have not sent. */
const opened = new Map<string, readonly DevicePane[]>();

/** The devices are this page's memory: asks before a reload or a way out takes what they have not sent. */
export function keepUnsentWrites(): void {
  addEventListener('beforeunload', (event) => {
    if ([...opened.values()].flat().some((pane) => pane.isWaiting())) event.preventDefault();
  });
}

/** Two devices of the user. `pull`: they look for what others wrote, as they do from time to time. */
export async function showDevices(userId: string, pull: boolean): Promise<void> {
  if (userId === '') return;
  const panes = opened.get(userId) ?? (await open(userId));
  const isNew = userId !== shownUserId;
  if (isNew) {
    shownUserId = userId;
    element('devices').replaceChildren(...panes.map((pane) => pane.element));
  }
  if (pull || isNew) await syncAll(userId);
}

async function open(userId: string): Promise<readonly DevicePane[]> {
  const devices = await Promise.all(NAMES.map((name) => openDemoDevice(name, userId)));
  const panes = devices.map((device) => createDevicePane(device, () => hint(userId)));
  opened.set(userId, panes);
  return panes;
}

/** What a push tells the other devices of its user: that there is something to pull. Lost, it costs time only. */
function hint(userId: string): void {
  syncAll(userId).catch(() => {});
}

async function syncAll(userId: string): Promise<void> {
  await Promise.all((opened.get(userId) ?? []).map((pane) => pane.sync()));
  if (userId === shownUserId) await showConflicts(userId);
}
