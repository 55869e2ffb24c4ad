import type { EntityDefinition } from '../entity.ts';
import { count, entries, flag, instant, name, required, serverWins } from '../fields.ts';

/** Hardware of a user. Only its name and settings are anybody's to change at once. */
export const devices: EntityDefinition = {
  type: 'devices',
  order: 0,
  policy: 'merge',
  onMissing: 'create',
  id: 'uuid',
  fields: {
    name: required(name()),
    type: serverWins(name()),
    status: serverWins(name()),
    mac: serverWins(name()),
    bluetoothId: serverWins(name()),
    serial: serverWins(name()),
    firmwareVersion: serverWins(name()),
    hardwareVersion: serverWins(name()),
    isActive: serverWins(flag()),
    lastSeenAt: serverWins(instant()),
    batteryPercent: serverWins(count(100)),
    settings: entries(100, 1_000),
    calibration: entries(100, 1_000),
  },
  references: {},
  rules: [{ kind: 'same_by', field: 'mac' }],
};
