import type { CloudMaker } from './frame/cloud.ts';

/** The clouds that the simulator plays: one line each. */
export const CLOUDS: readonly CloudMaker[] = [];
