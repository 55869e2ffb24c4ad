import type { CreateUploadAnswer, CreateUploadRequest } from '../../contracts/http/uploads.ts';
import type { Clock } from '../core/clock.ts';
import { newSortableId } from '../core/ids.ts';
import { toIso } from '../core/instants.ts';
import type { Randomness } from '../core/randomness.ts';
import { AppError } from '../problems/app-error.ts';
import type { HeadStore } from './head-store.ts';
import type { UserScope } from './model.ts';
import type { UploadSigner } from './upload-store.ts';

export interface CreateUploadDependencies {
  readonly heads: Pick<HeadStore, 'load'>;
  readonly signer: UploadSigner;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

/**
 * An address to put a file of up to 50 MB to; a batch-upsert then names it by its id (ING8). Nothing is
 * stored by this, and each call gives another id. Throws AppError user.not_found.
 */
export async function createUpload(
  { heads, signer, clock, randomness }: CreateUploadDependencies,
  scope: UserScope,
  { contentType }: CreateUploadRequest,
): Promise<CreateUploadAnswer> {
  const head = await heads.load(scope);
  if (head === undefined || head.erasedAtMs !== undefined) {
    throw new AppError('user.not_found', 'there is no such user');
  }
  const uploadId = `upl_${newSortableId(clock.now(), randomness)}`;
  const { url, headers, expiresAtMs } = await signer.sign(scope, uploadId, contentType);
  return { uploadId, url, headers, expiresAt: toIso(expiresAtMs) };
}
