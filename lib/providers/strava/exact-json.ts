/**
 * JSON in which whole numbers that a double cannot hold come as text: Strava's ids have 64 bits, and
 * 12345678987654321 would be another activity. Throws SyntaxError for what is no JSON.
 */
export function parseExactJson(body: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  return JSON.parse(text, exactValue);
}

/** The third parameter is ECMAScript's JSON.parse source text access; it holds the digits as sent. */
function exactValue(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d{16,20}$/.test(source) ? source : value;
}
