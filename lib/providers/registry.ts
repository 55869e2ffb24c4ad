import type { ProviderDefinition } from './definition.ts';

/** The providers of this deployment: one line each (docs/add-a-provider.md). */
export const PROVIDERS: readonly ProviderDefinition[] = [];
