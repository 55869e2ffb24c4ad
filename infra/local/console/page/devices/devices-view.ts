import { element } from '../elements.ts';
import { showConflicts } from './conflicts-view.ts';
import { openDemoDevice } from './demo-device.ts';
import { createDevicePane, type DevicePane } from './device-pane.ts';

const NAMES = ['Phone', 'Tablet'] as const;

let shownUserId = '';
let panes: readonly DevicePane[] = [];

/** Two devices of the user. `pull`: they look for what others wrote, as they do from time to time. */
export async function showDevices(userId: string, pull: boolean): Promise<void> {
  if (userId === '') return;
  if (userId !== shownUserId) {
    shownUserId = userId;
    await open(userId);
  }
  if (!pull) return;
  await Promise.all(panes.map((pane) => pane.sync()));
  await showConflicts(userId);
}

async function open(userId: string): Promise<void> {
  await Promise.all(panes.map((pane) => pane.close()));
  const opened: DevicePane[] = [];
  for (const name of NAMES) {
    const device = await openDemoDevice(name, userId);
    opened.push(createDevicePane(device, () => void hint(userId)));
  }
  panes = opened;
  element('devices').replaceChildren(...opened.map((pane) => pane.element));
  await hint(userId);
}

/** What a push tells the other devices: that there is something to pull. */
async function hint(userId: string): Promise<void> {
  await Promise.all(panes.map((pane) => pane.sync()));
  await showConflicts(userId);
}
