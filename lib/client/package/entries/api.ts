// biome-ignore-all lint/performance/noBarrelFile: an entry of the package names what it exports
export {
  type ApiAnswer,
  type ApiClient,
  type ApiClientOptions,
  createApiClient,
  type OperationName,
} from '../../api/api-client.ts';
export { ApiError } from '../../api/api-error.ts';
export type { Operations, Schemas } from '../../api/operations.ts';
