import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import { listProductImpactOperation } from './list-product-impact.ts';
import { listSessionImpactOperation } from './list-session-impact.ts';
import { readSessionTelemetryOperation } from './read-session-telemetry.ts';
import type { ReadImpactDeps } from './wiring.ts';

/** What sessions did: before, during and after, by product, and as it goes. */
export const createReadImpactHandler = (deps: ReadImpactDeps): HttpHandler =>
  createHttpHandler({
    access: deps.access,
    settings: deps.settings,
    operations: {
      listSessionImpact: listSessionImpactOperation(deps),
      listProductImpact: listProductImpactOperation(deps),
      readSessionTelemetry: readSessionTelemetryOperation(deps),
    },
  });
