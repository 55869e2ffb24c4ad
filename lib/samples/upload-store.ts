import type { EpochMs } from '../core/instants.ts';
import type { UserScope } from './model.ts';

/** Where a caller puts a payload that is too large for a request (ING8). */
export interface SignedUpload {
  readonly url: string;
  /** To be sent along exactly as they are: they are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAtMs: EpochMs;
}

export interface UploadSigner {
  /** An address that takes one object by PUT until it expires, a quarter of an hour from now. No I/O. */
  sign(scope: UserScope, uploadId: string, contentType: string): Promise<SignedUpload>;
}

export type UploadContent =
  | { readonly kind: 'found'; readonly body: Uint8Array; readonly contentType: string | undefined }
  | { readonly kind: 'absent' }
  | { readonly kind: 'too_large'; readonly sizeBytes: number };

export interface UploadReader {
  /**
   * What was put to the address of `uploadId`, up to `maxBytes`; of a larger one nothing is read. Uploads
   * are not sealed: they go to the bucket straight from the caller, and the bucket's key encrypts them.
   */
  read(scope: UserScope, uploadId: string, maxBytes: number): Promise<UploadContent>;
}
