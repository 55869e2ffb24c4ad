import type { LocalRow } from '../../../../../lib/client/store/row-view.ts';
import { counted, make } from '../elements.ts';
import type { DemoDevice } from './demo-device.ts';
import { createEntryList } from './entry-list.ts';

const ENTITY_TYPE = 'journal_entries';
/** A write goes on its way when nothing followed it for this long. */
const QUIET_MS = 400;

export interface DevicePane {
  readonly element: HTMLElement;
  /** Pushes and pulls, unless the device is offline. */
  sync(): Promise<void>;
  /** Whether there are writes that only this page has. */
  isWaiting(): boolean;
}

/** One device on the page. `onPushed` runs when others have something to pull. */
export function createDevicePane(device: DemoDevice, onPushed: () => void): DevicePane {
  const { client, name } = device;
  const status = make('small', { class: 'device-status', role: 'status' }, 'not synced yet');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitingCount = 0;

  const sync = async (): Promise<void> => {
    if (!device.isOnline()) return showStatus();
    const { outcome, error, push } = await client.sync();
    await showStatus(outcome === 'stopped' ? `stopped: ${error?.code ?? 'unknown'}` : '');
    if (push.acceptedCount + push.conflictCount > 0) onPushed();
    // What was written while it ran goes with the next one.
    if (outcome !== 'stopped' && (await client.status()).pendingCount > 0) syncSoon();
  };
  const syncSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void sync(), QUIET_MS);
  };
  const showStatus = async (trouble = ''): Promise<void> => {
    const { pendingCount, sendingCount, refusedCount } = await client.status();
    waitingCount = pendingCount + sendingCount;
    const parts = [
      device.isOnline() ? '' : 'offline',
      waitingCount === 0 ? 'nothing waits' : `${counted(waitingCount, 'write')} waiting`,
      refusedCount === 0 ? '' : `${refusedCount} refused`,
      trouble,
    ];
    status.textContent = parts.filter((part) => part !== '').join(' · ');
  };
  /** The write itself is done when it is in the store of the device. */
  const written = async (write: Promise<unknown>): Promise<void> => {
    await write;
    await showStatus();
    syncSoon();
  };
  const list = createEntryList({
    update: (id, patch) => written(client.update(ENTITY_TYPE, id, patch)),
    remove: (id) => written(client.delete(ENTITY_TYPE, id)),
  });
  client.subscribe(ENTITY_TYPE, {}, (rows: readonly LocalRow[]) => list.show(rows));
  const element = make(
    'div',
    { class: 'device', 'data-device': name.toLowerCase() },
    headOf(device, sync),
    addForm((title) => written(client.create(ENTITY_TYPE, { title, mood: 'good', tags: [] }))),
    list.element,
    status,
  );
  return { element, sync, isWaiting: () => waitingCount > 0 };
}

function headOf(device: DemoDevice, sync: () => Promise<void>): HTMLElement {
  const toggle = make('input', { type: 'checkbox', role: 'switch', checked: '' }) as HTMLInputElement;
  const button = make('button', { type: 'button' }, 'Sync') as HTMLButtonElement;
  toggle.addEventListener('change', () => {
    device.setOnline(toggle.checked);
    button.disabled = !toggle.checked;
    void sync();
  });
  button.addEventListener('click', () => void sync());
  return make(
    'div',
    { class: 'bar' },
    make('h3', { class: 'part' }, device.name),
    make('label', { class: 'switch' }, toggle, ' online'),
    button,
  );
}

function addForm(add: (title: string) => Promise<void>): HTMLElement {
  const title = make('input', {
    'aria-label': 'Title of a new entry',
    placeholder: 'What happened?',
    maxlength: '200',
    required: '',
  }) as HTMLInputElement;
  const form = make('form', { class: 'add' }, title, make('button', {}, 'Add'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = title.value.trim();
    if (text === '') return;
    title.value = '';
    void add(text);
  });
  return form;
}
