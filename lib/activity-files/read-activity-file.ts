import { constants, gunzipSync } from 'node:zlib';
import type { EpochMs } from '../core/instants.ts';
import { fail, type Result } from '../core/result.ts';
import { readFit } from './fit/read-fit.ts';
import { formatOf } from './format.ts';
import { readGpx } from './gpx/read-gpx.ts';
import { MAX_UNPACKED_BYTES } from './limits.ts';
import type { ActivityFault, ActivityFile, ActivityFormat, DamagePolicy } from './model.ts';
import { readTcx } from './tcx/read-tcx.ts';

export interface ReadActivityOptions {
  /** What the caller says it is; a file of another kind is then unknown. */
  readonly format?: ActivityFormat | undefined;
  /** Where damage is taken, the answer says so (ACT4). */
  readonly onDamage: DamagePolicy;
  readonly nowMs: EpochMs;
}

/**
 * What a FIT, TCX or GPX file (plain or gzip) holds, told apart by what it is and not by its name (ACT1); the same
 * bytes give the same answer. Fails with activity.unknown_format, activity.none, activity.damaged and
 * activity.too_large; never throws on what a file says.
 */
export function readActivityFile(
  file: Uint8Array,
  { format, onDamage, nowMs }: ReadActivityOptions,
): Result<ActivityFile, ActivityFault> {
  const bytes = unpack(file, onDamage);
  if (!(bytes instanceof Uint8Array)) return fail(bytes);
  const found = formatOf(bytes);
  if (found === undefined || (format !== undefined && format !== found)) return fail(unknown(format));
  if (found === 'fit') return readFit(bytes, onDamage, nowMs);
  return found === 'tcx' ? readTcx(bytes, onDamage) : readGpx(bytes, onDamage);
}

const unknown = (format: ActivityFormat | undefined): ActivityFault => ({
  code: 'activity.unknown_format',
  reason:
    format === undefined
      ? 'The file is neither FIT nor TCX nor GPX.'
      : `The file is no ${format.toUpperCase()} file.`,
});

/** With `keep` a packed file that breaks off is what unpacks of it, and the reader finds the damage. */
function unpack(file: Uint8Array, onDamage: DamagePolicy): Uint8Array | ActivityFault {
  if (file[0] !== 0x1f || file[1] !== 0x8b) return file;
  const finishFlush = onDamage === 'keep' ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
  try {
    return gunzipSync(file, { maxOutputLength: MAX_UNPACKED_BYTES, finishFlush });
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? { code: 'activity.too_large', reason: 'The file unpacks to more than is taken.' }
      : { code: 'activity.damaged', where: 'the packing', reason: 'the gzip file cannot be unpacked' };
  }
}
