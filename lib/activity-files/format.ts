import type { ActivityFormat } from './model.ts';

/** Comments and declarations of namespaces may come before the root. */
const HEAD_BYTES = 65_536;

/** By the mark of FIT, or by the root element of the XML. */
export function formatOf(bytes: Uint8Array): ActivityFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  if (head.subarray(8, 12).toString('latin1') === '.FIT') return 'fit';
  const isWide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  const text = isWide ? head.toString('latin1').replaceAll('\0', '') : head.toString('utf8');
  if (/<(?:[\w-]{1,20}:)?gpx[\s>]/.test(text)) return 'gpx';
  if (/<(?:[\w-]{1,20}:)?TrainingCenterDatabase[\s>]/.test(text)) return 'tcx';
  return undefined;
}
