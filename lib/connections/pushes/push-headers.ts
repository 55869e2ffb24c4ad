/** Of what a message says, these are no part: proofs, secrets, and what the way through the gateway added. */
const LEFT_OUT = /authorization|cookie|signature|token|secret|key|^x-(?:forwarded|amzn)|^via$|^cf-/;
const MAX_HEADER_COUNT = 30;
const MAX_HEADER_CHARS = 500;

/**
 * The headers of a notification that its reader may need, bounded to some 16 KB: the message goes through a
 * queue, which is no place for secrets.
 */
export function headersToKeep(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (LEFT_OUT.test(name) || name.length > 100 || value.length > MAX_HEADER_CHARS) continue;
    if (Object.keys(kept).length >= MAX_HEADER_COUNT) break;
    kept[name] = value;
  }
  return kept;
}
