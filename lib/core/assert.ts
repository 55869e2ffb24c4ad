/** Ends an exhaustive switch: a new member of the union stops the build here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected member: ${JSON.stringify(value)}`);
}

/** Throws when a promise of our own code is broken. Never for what comes from outside. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
