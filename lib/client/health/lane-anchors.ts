/** Beyond this an anchor is refused and nothing of its page is staged (reference 1.8). */
const MAX_ANCHOR_BYTES = 32_768;

/** The platform's anchor does not fit; reading goes on from the one before. */
export class AnchorTooLargeError extends Error {
  override readonly name = 'AnchorTooLargeError';
  readonly code = 'ANCHOR_TOO_LARGE';
  readonly retryable = false;
}

/** How far the hot lane has read. */
export interface HotAnchor {
  readonly readToMs: number;
}
/** What the cold lane has left: [fromMs, nextToMs), from the newer end. */
export interface ColdAnchor {
  readonly fromMs: number;
  readonly nextToMs: number;
}
export interface ChangeAnchor {
  readonly native: string;
  /** When it last came to the end of the changes; 0 while it has not. */
  readonly completedAtMs: number;
}

export function writeAnchor(anchor: HotAnchor | ColdAnchor | ChangeAnchor): string {
  const text = JSON.stringify(anchor);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_ANCHOR_BYTES) {
    throw new AnchorTooLargeError(`an anchor of ${bytes} bytes, above ${MAX_ANCHOR_BYTES}`);
  }
  return text;
}

/** Undefined for none and for one that is damaged: the lane then begins anew, which repeats and loses nothing. */
export const readHotAnchor = (text: string | undefined): HotAnchor | undefined => {
  const fields = parse(text);
  const readToMs = fields['readToMs'];
  return typeof readToMs === 'number' ? { readToMs } : undefined;
};

export const readColdAnchor = (text: string | undefined): ColdAnchor | undefined => {
  const { fromMs, nextToMs } = parse(text) as { fromMs?: unknown; nextToMs?: unknown };
  return typeof fromMs === 'number' && typeof nextToMs === 'number' ? { fromMs, nextToMs } : undefined;
};

export const readChangeAnchor = (text: string | undefined): ChangeAnchor | undefined => {
  const { native, completedAtMs } = parse(text) as { native?: unknown; completedAtMs?: unknown };
  return typeof native === 'string' && typeof completedAtMs === 'number'
    ? { native, completedAtMs }
    : undefined;
};

function parse(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
