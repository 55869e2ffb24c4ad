import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { createSeeded } from '../../infra/local/faults/seeded.ts';

const HEADER = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Workout)*)>
]>
<HealthData locale="en_GB">
 <ExportDate value="2026-11-01 08:00:00 +0000"/>
`;
const WATCH =
  '&lt;&lt;HKDevice: 0x2812f0b40&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch7,4, software:12.1&gt;';
const PHONE =
  '&lt;&lt;HKDevice: 0x2812f0c80&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone15,2, software:20.1&gt;';
const FIRST_MS = Date.parse('2020-01-01T00:00:00Z');
/** Records are written in pieces of about this size. */
const PIECE_BYTES = 256 * 1024;

/**
 * Writes a made-up Apple Health export of at least `targetBytes`: heart rate of a watch each minute, steps of
 * watch and phone, some energy and sleep. The same seed writes the same file. Resolves to the record counts.
 */
export async function writeAppleHealthExport(
  output: Writable,
  { targetBytes, seed }: { readonly targetBytes: number; readonly seed: number },
): Promise<{
  readonly bytes: number;
  readonly heartRates: number;
  readonly steps: number;
  readonly stepTotal: number;
}> {
  const random = createSeeded(seed);
  const totals = { bytes: 0, heartRates: 0, steps: 0, stepTotal: 0 };
  let piece = HEADER;
  const flush = async () => {
    totals.bytes += Buffer.byteLength(piece);
    if (!output.write(piece)) await once(output, 'drain');
    piece = '';
  };
  for (let minute = 0; totals.bytes + piece.length < targetBytes; minute += 1) {
    const startMs = FIRST_MS + minute * 60_000;
    piece += recordOf(
      'HeartRate',
      'count/min',
      55 + Math.floor(random() * 80),
      startMs + Math.floor(random() * 50) * 1_000,
      0,
      WATCH,
    );
    totals.heartRates += 1;
    if (random() < 0.4) {
      const steps = 1 + Math.floor(random() * 120);
      piece += recordOf('StepCount', 'count', steps, startMs, 60_000, random() < 0.7 ? WATCH : PHONE);
      totals.steps += 1;
      totals.stepTotal += steps;
    }
    if (random() < 0.1)
      piece += recordOf(
        'ActiveEnergyBurned',
        'kcal',
        Math.floor(random() * 900) / 100,
        startMs,
        60_000,
        WATCH,
      );
    if (piece.length >= PIECE_BYTES) await flush();
  }
  piece += '</HealthData>\n';
  await flush();
  output.end();
  await once(output, 'close');
  return totals;
}

function recordOf(
  type: string,
  unit: string,
  value: number,
  startMs: number,
  durationMs: number,
  device: string,
): string {
  const source = device === WATCH ? 'Watch' : 'Phone';
  return ` <Record type="HKQuantityTypeIdentifier${type}" sourceName="${source}" sourceVersion="12.1" device="${device}" unit="${unit}" creationDate="${stamp(startMs)}" startDate="${stamp(startMs)}" endDate="${stamp(startMs + durationMs)}" value="${value}"/>\n`;
}

const stamp = (instantMs: number): string =>
  `${new Date(instantMs).toISOString().slice(0, 19).replace('T', ' ')} +0000`;
