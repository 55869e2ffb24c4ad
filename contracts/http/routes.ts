import { ACCESS_ROUTES } from './routes/access.ts';
import { ACTIVITY_IMPORTS_ROUTES } from './routes/activity-imports.ts';
import { CONNECTIONS_ROUTES } from './routes/connections.ts';
import { DEVICE_SYNC_ROUTES } from './routes/device-sync.ts';
import { ENTITIES_ROUTES } from './routes/entities.ts';
import { IMPACT_ROUTES } from './routes/impact.ts';
import { REBUILDS_ROUTES } from './routes/rebuilds.ts';
import { SAMPLES_ROUTES } from './routes/samples.ts';
import { SERVICE_ROUTES } from './routes/service.ts';
import { SLEEP_ROUTES } from './routes/sleep.ts';
import { USERS_ROUTES } from './routes/users.ts';
import { WORKOUTS_ROUTES } from './routes/workouts.ts';

/** The closed list of operations: the gateway, the router, the OpenAPI file and the tests read this one. */
export const ROUTES = [
  ...SERVICE_ROUTES,
  ...ACCESS_ROUTES,
  ...REBUILDS_ROUTES,
  ...USERS_ROUTES,
  ...SAMPLES_ROUTES,
  ...SLEEP_ROUTES,
  ...WORKOUTS_ROUTES,
  ...ACTIVITY_IMPORTS_ROUTES,
  ...IMPACT_ROUTES,
  ...CONNECTIONS_ROUTES,
  ...DEVICE_SYNC_ROUTES,
  ...ENTITIES_ROUTES,
] as const;

export type Operation = (typeof ROUTES)[number]['operation'];
