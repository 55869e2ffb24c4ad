import { CreateUploadRequest } from '../../../contracts/http/uploads.ts';
import { createUpload } from '../../../lib/samples/create-upload.ts';
import { ingestSamples } from '../../../lib/samples/ingest-samples.ts';
import { createHttpHandler, type HttpHandler } from '../../_platform/http/create-http-handler.ts';
import { parseJson, parseJsonBody } from '../../_platform/http/parse-json-body.ts';
import type { IngestSamplesWiring } from './wiring.ts';

/** Samples in, exactly once, and addresses for files too large for a request (ING1 to ING15). */
export const createIngestSamplesHandler = (wiring: IngestSamplesWiring): HttpHandler =>
  createHttpHandler({
    access: wiring.access,
    settings: wiring.settings,
    operations: {
      ingestSamples: async (request) => {
        wiring.settings.meter.add('IngestRequests', 1);
        const { body, correlationId, nowMs } = request;
        const call = { scope: request.userScope(), body, json: parseJson(request), correlationId, nowMs };
        return await ingestSamples(wiring.ingest, call);
      },
      createUpload: async (request) => {
        const wanted = parseJsonBody(CreateUploadRequest, request);
        return { status: 201, body: await createUpload(wiring.uploads, request.userScope(), wanted) };
      },
    },
  });
