import type { Prng } from '../engine/prng.ts';

/** How often what is around a device goes wrong, of one. A history draws its own. */
export interface DeviceWeather {
  /** A request never arrives. */
  readonly dropRequest: number;
  /** A request took effect and its reply never comes back. */
  readonly loseReply: number;
  /** A request arrives twice, the second time later. */
  readonly duplicateRequest: number;
  /** A request or reply takes longer than the device waits. */
  readonly late: number;
  /** The process of a device ends at a call of its store or network, before it or after its effect. */
  readonly kill: number;
}

export const CALM_DEVICES: DeviceWeather = {
  dropRequest: 0,
  loseReply: 0,
  duplicateRequest: 0,
  late: 0,
  kill: 0,
};

export const drawDeviceWeather = (prng: Prng): DeviceWeather => ({
  dropRequest: prng.pick([0, 0.05, 0.2]),
  loseReply: prng.pick([0, 0.05, 0.2]),
  duplicateRequest: prng.pick([0, 0.05, 0.2]),
  late: prng.pick([0, 0.02, 0.1]),
  kill: prng.pick([0, 0.002, 0.01]),
});
