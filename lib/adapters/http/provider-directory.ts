import type { ProviderDirectory } from '../../connections/provider-directory.ts';
import type { RawHttp } from '../../connections/tokens/raw-http.ts';
import { AppError } from '../../problems/app-error.ts';
import type { ProviderDefinition } from '../../providers/definition.ts';
import type { ProviderApps } from '../secrets/provider-apps.ts';
import { createAppHttp } from './provider-http.ts';

/** The registered definitions with the deployment's applications, each with its way out. */
export function createProviderDirectory(
  definitions: readonly ProviderDefinition[],
  apps: ProviderApps,
  raw: RawHttp,
): ProviderDirectory {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return {
    list: async () => {
      const configured = await apps.load();
      return definitions.map((definition) => ({
        definition,
        isConfigured: configured.has(definition.name),
      }));
    },
    get: async (name) => {
      const definition = byName.get(name);
      if (definition === undefined)
        throw new AppError('provider.unknown', 'See GET /v1/providers for those there are.');
      const app = (await apps.load()).get(name);
      if (app === undefined)
        throw new AppError('provider.not_configured', 'The deployment has no application at this provider.');
      return { definition, app, http: createAppHttp(raw, definition, app) };
    },
  };
}
