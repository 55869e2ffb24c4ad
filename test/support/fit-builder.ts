import { FitBaseType, FitEncoder, type FitEncoderField } from 'fit-file-parser/encoder';

/** A session of a FIT file as a test needs it. */
export interface BuiltSession {
  readonly startSec: number;
  readonly elapsedSec: number;
  /** Number of the FIT profile: 1 running, 2 cycling, 3 transition, 5 swimming. */
  readonly sport: number;
  readonly distanceM?: number;
  readonly avgHeartRateBpm?: number;
}

/** Seconds since 1989-12-31, the FIT epoch, of an instant in seconds since 1970. */
const fitTime = (unixSec: number): number => unixSec - 631_065_600;

const uint32 = (number: number, value: number): FitEncoderField => ({
  number,
  size: 4,
  baseType: FitBaseType.Uint32,
  value,
});
const uint16 = (number: number, value: number): FitEncoderField => ({
  number,
  size: 2,
  baseType: FitBaseType.Uint16,
  value,
});
const byte = (number: number, value: number): FitEncoderField => ({
  number,
  size: 1,
  baseType: FitBaseType.Uint8,
  value,
});
const code = (number: number, value: number): FitEncoderField => ({
  number,
  size: 1,
  baseType: FitBaseType.Enum,
  value,
});

/** A whole FIT file with a point each 10 s of its sessions; `fileType` 4 is an activity, 6 a course. */
export function buildFit(
  sessions: readonly BuiltSession[],
  { fileType = 4, serial = 7 }: { readonly fileType?: number; readonly serial?: number } = {},
): Uint8Array {
  const encoder = new FitEncoder();
  encoder.writeMessage(0, [
    code(0, fileType),
    uint16(1, 1),
    uint16(2, 2697),
    { number: 3, size: 4, baseType: FitBaseType.Uint32z, value: serial },
    uint32(4, fitTime(sessions[0]?.startSec ?? 1_700_000_000)),
  ]);
  for (const { startSec, elapsedSec } of sessions)
    for (let at = 0; at < elapsedSec; at += 10)
      encoder.writeMessage(20, [uint32(253, fitTime(startSec + at)), byte(3, 120)]);
  for (const session of sessions)
    encoder.writeMessage(18, [
      uint32(2, fitTime(session.startSec)),
      uint32(7, session.elapsedSec * 1_000),
      uint32(8, session.elapsedSec * 1_000),
      code(5, session.sport),
      ...(session.distanceM === undefined ? [] : [uint32(9, session.distanceM * 100)]),
      ...(session.avgHeartRateBpm === undefined ? [] : [byte(16, session.avgHeartRateBpm)]),
    ]);
  return encoder.close();
}
