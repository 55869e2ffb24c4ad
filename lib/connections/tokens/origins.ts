import type { ProviderApp, ProviderDefinition } from '../../providers/definition.ts';

/**
 * The base address of a named origin, without a trailing slash: the configured one, else the definition's.
 * Throws for a name that the definition does not have.
 */
export function originOf(
  definition: Pick<ProviderDefinition, 'name' | 'origins'>,
  app: Pick<ProviderApp, 'origins'>,
  name: string,
): string {
  const origin = app.origins?.[name] ?? definition.origins[name];
  if (origin === undefined) throw new Error(`${definition.name} has no origin ${name}`);
  return origin.replace(/\/$/, '');
}

/**
 * The path and query of `url` below `base`, or undefined when it is not within it: another scheme, host or
 * port, credentials, or a path beside the base's. Addresses that a provider sends go through this.
 */
export function pathWithin(base: string, url: string): string | undefined {
  const [parsedBase, parsed] = [URL.parse(base), url.length <= MAX_URL_CHARS ? URL.parse(url) : null];
  if (parsedBase === null || parsed === null) return undefined;
  if (parsed.origin !== parsedBase.origin || parsed.username !== '' || parsed.password !== '')
    return undefined;
  const prefix = parsedBase.pathname.replace(/\/$/, '');
  if (!parsed.pathname.startsWith(`${prefix}/`)) return undefined;
  return parsed.pathname.slice(prefix.length) + parsed.search;
}

/** Garmin's callback addresses have some hundred characters. */
const MAX_URL_CHARS = 4_096;
