import type { ProviderApp, ProviderDefinition } from '../providers/definition.ts';
import type { AppHttp } from '../providers/http.ts';

export interface ConfiguredProvider {
  readonly definition: ProviderDefinition;
  /** From Secrets Manager, read once per container and again after five minutes. */
  readonly app: ProviderApp;
  /** Calls without a user, to the configured origins. */
  readonly http: AppHttp;
}

export interface ProviderDirectory {
  /** All definitions, configured or not, in the registry's order. */
  list(): Promise<readonly { readonly definition: ProviderDefinition; readonly isConfigured: boolean }[]>;
  /** Throws AppError provider.unknown or provider.not_configured. */
  get(name: string): Promise<ConfiguredProvider>;
}
