import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserId } from '../../contracts/primitives/ids.ts';
import { createPayloadStore, payloadObjectName } from '../../lib/adapters/s3/payload-store.ts';
import {
  createUploadReader,
  createUploadSigner,
  uploadObjectName,
} from '../../lib/adapters/s3/upload-store.ts';
import { createUserObjects } from '../../lib/adapters/s3/user-objects.ts';
import { mapBounded } from '../../lib/core/map-bounded.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  manualClock,
  openSimulatedStorage,
  START_MS,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

const BUCKET = 'payloads';
const bytesOf = (text: string) => new TextEncoder().encode(text);
const otherThan = (scope: UserScope): UserScope => ({
  ...scope,
  userId: `${scope.userId.slice(0, -1)}x` as UserId,
});

export interface ObjectStorage {
  readonly s3: S3Client;
  stop(): Promise<void>;
}

/** Every promise of PayloadStore, UploadSigner and UploadReader, on one object store. */
export function payloadStoreContract(name: string, openStorage: () => Promise<ObjectStorage>): void {
  describe(`payloads on ${name}`, () => {
    let storage: ObjectStorage;
    let stores: Stores;
    let scope: UserScope;
    beforeAll(async () => {
      storage = await openStorage();
      await storage.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
      stores = createStores(await openSimulatedStorage(), manualClock());
      scope = await stores.createUser();
    });
    afterAll(() => storage?.stop());

    const payloads = () =>
      createPayloadStore({
        s3: storage.s3,
        bucketName: BUCKET,
        dataKeys: stores.vault,
        randomness: seededRandomness(3),
      });
    const rawObject = async (key: string) => {
      const reply = await storage.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      return (await reply.Body?.transformToByteArray()) ?? new Uint8Array();
    };
    const uploads = () => ({
      signer: createUploadSigner(storage.s3, BUCKET, stores.clock),
      reader: createUploadReader(storage.s3, BUCKET),
    });

    test('ING8 a payload comes back as it was put, of any size, and a repeat replaces it', async () => {
      for (const body of [new Uint8Array(), bytesOf('first'), new Uint8Array(5_000_000).fill(7)]) {
        await payloads().put(scope, 'requests/r1', body);
        const found = await payloads().get(scope, 'requests/r1');
        expect(Buffer.compare(found ?? bytesOf('absent'), body)).toBe(0);
      }
    });

    test('ING8 a payload that was never put is undefined', async () => {
      expect(await payloads().get(scope, 'requests/none')).toBeUndefined();
    });

    test('ING13 the same key of another user is another payload', async () => {
      const neighbour = await stores.createUserIn(scope.workspaceId);
      await payloads().put(scope, 'requests/mine', bytesOf('mine'));
      expect(await payloads().get(neighbour, 'requests/mine')).toBeUndefined();
    });

    test('P5 what lies in the bucket shows nothing, and does not open under another name', async () => {
      await payloads().put(scope, 'requests/secret', bytesOf('HEARTBEAT-MARKER'));
      const raw = await rawObject(payloadObjectName(scope, 'requests/secret'));
      expect(Buffer.from(raw).toString('latin1')).not.toContain('HEARTBEAT');
      const moved = payloadObjectName(scope, 'requests/moved');
      await storage.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: moved, Body: raw }));
      await expect(payloads().get(scope, 'requests/moved')).rejects.toThrow('authentication');
    });

    test('P5 without a data key nothing is found, and nothing is put', async () => {
      const erased = await stores.createUser();
      await payloads().put(erased, 'requests/r1', bytesOf('x'));
      await stores.vault.shred(erased);
      expect(await payloads().get(erased, 'requests/r1')).toBeUndefined();
      await expect(payloads().put(erased, 'requests/r2', bytesOf('x'))).rejects.toMatchObject({
        code: 'user.not_found',
      });
    });

    test('ING8 a signed address takes a PUT with its headers, and the upload is read back', async () => {
      const { signer, reader } = uploads();
      const signed = await signer.sign(scope, 'upl_1', 'application/gzip');
      expect(signed.expiresAtMs).toBe(START_MS + 900_000);
      expect(new URL(signed.url).searchParams.get('X-Amz-Expires')).toBe('900');
      expect(new URL(signed.url).searchParams.get('X-Amz-SignedHeaders')).toContain('content-type');
      expect(signed.url).not.toContain('checksum');
      const body = bytesOf('{"samples":[]}');
      const reply = await fetch(signed.url, { method: 'PUT', headers: signed.headers, body });
      expect(reply.status).toBe(200);
      expect(await reader.read(scope, 'upl_1', 1_000)).toEqual({
        kind: 'found',
        body,
        contentType: 'application/gzip',
      });
    });

    test('ING8 an upload that is not there is absent, and one above the bound is not read', async () => {
      const { reader } = uploads();
      expect(await reader.read(scope, 'upl_none', 10)).toEqual({ kind: 'absent' });
      const large = { Bucket: BUCKET, Key: uploadObjectName(scope, 'upl_2'), Body: new Uint8Array(11) };
      await storage.s3.send(new PutObjectCommand(large));
      expect(await reader.read(scope, 'upl_2', 10)).toEqual({ kind: 'too_large', sizeBytes: 11 });
      expect((await reader.read(scope, 'upl_2', 11)).kind).toBe('found');
    });

    test("ING13 an upload of another user's is absent", async () => {
      const key = uploadObjectName(scope, 'upl_3');
      await storage.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: bytesOf('x') }));
      expect(await uploads().reader.read(otherThan(scope), 'upl_3', 10)).toEqual({ kind: 'absent' });
    });

    test("USR6 every object of an erased user goes, over pages, and no other user's", async () => {
      const [erased, neighbour] = [await stores.createUser(), await stores.createUser()];
      const put = (Key: string) =>
        storage.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: bytesOf('x') }));
      const numbers = Array.from({ length: 1_030 }, (_, index) => index);
      await mapBounded(numbers, 20, (number) => put(payloadObjectName(erased, `requests/r${number}`)));
      await put(uploadObjectName(erased, 'upl_1'));
      const kept = payloadObjectName(neighbour, 'requests/r1');
      await put(kept);
      const objects = createUserObjects(storage.s3, BUCKET);
      expect([await objects.removeAll(erased), await objects.removeAll(erased)]).toEqual([1_031, 0]);
      expect(await rawObject(kept)).toEqual(bytesOf('x'));
    });

    test('an object store that is away is an outage', async () => {
      const lost = { ...stores.vault, load: stores.vault.load };
      const nowhere = createPayloadStore({
        s3: storage.s3,
        bucketName: 'no-such-bucket',
        dataKeys: lost,
        randomness: seededRandomness(3),
      });
      await expect(nowhere.get(scope, 'r')).rejects.toMatchObject({ code: 'server.unavailable' });
      await expect(nowhere.put(scope, 'r', bytesOf('x'))).rejects.toMatchObject({
        code: 'server.unavailable',
      });
    });
  });
}
