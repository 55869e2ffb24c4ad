import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createConsentStore } from '../../lib/adapters/dynamo/consent-store.ts';
import type { ConsentStore, PendingConsent } from '../../lib/connections/consent/consent-store.ts';
import { type EpochMs, MINUTE_MS } from '../../lib/core/instants.ts';
import type { UserScope } from '../../lib/samples/model.ts';
import {
  createStores,
  manualClock,
  START_MS,
  type Storage,
  type Stores,
  seededRandomness,
} from './store-fixtures.ts';

let drawn = 0;
const newText = () => {
  drawn += 1;
  return `state-or-ticket-${drawn}`;
};

/** Every promise of ConsentStore (lib/connections/consent/consent-store.ts), on one storage. */
export function consentStoreContract(name: string, openStorage: () => Promise<Storage>): void {
  describe(`the consent store on ${name}`, () => {
    let storage: Storage;
    let stores: Stores;
    let store: ConsentStore;
    let scope: UserScope;
    beforeAll(async () => {
      storage = await openStorage();
    });
    beforeEach(async () => {
      stores = createStores(storage, manualClock());
      store = createConsentStore({
        dynamo: storage.dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        randomness: seededRandomness(17),
      });
      scope = await stores.createUser();
    });
    afterAll(() => storage?.stop());

    const expiresAtMs = (START_MS + MINUTE_MS) as EpochMs;
    const pending = (parts: Partial<PendingConsent> = {}): PendingConsent => ({
      scope,
      provider: 'garmin',
      returnTo: 'https://app.example.com/done',
      expiresAtMs,
      secrets: { codeVerifier: 'a-verifier-of-its-own' },
      ...parts,
    });

    test('CON2 a consent is taken once by the state it was put under', async () => {
      const state = newText();
      await store.putPending(state, pending());
      expect(await store.takePending(newText(), START_MS)).toBeUndefined();
      expect(await store.takePending(state, START_MS)).toEqual(pending());
      expect(await store.takePending(state, START_MS)).toBeUndefined();
    });

    test('CON2 of many who bring the same state one gets the consent', async () => {
      const state = newText();
      await store.putPending(state, pending({ returnTo: undefined, secrets: {} }));
      const taken = await Promise.all(Array.from({ length: 12 }, () => store.takePending(state, START_MS)));
      expect(taken.filter((one) => one !== undefined)).toEqual([
        pending({ returnTo: undefined, secrets: {} }),
      ]);
    });

    test('CON3 a state holds until it expires', async () => {
      const state = newText();
      await store.putPending(state, pending());
      expect(await store.takePending(state, expiresAtMs)).toBeUndefined();
      expect(await store.takePending(state, (expiresAtMs - 1) as EpochMs)).toBeDefined();
    });

    test('CON2 neither the state nor the verifier lies in the table', async () => {
      const state = newText();
      const puts: string[] = [];
      const spying = createConsentStore({
        dynamo: {
          send: (command: { readonly input: object }) => {
            puts.push(
              JSON.stringify(command.input, (_, value) =>
                value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
              ),
            );
            return storage.dynamo.send(command as Parameters<typeof storage.dynamo.send>[0]);
          },
        } as unknown as typeof storage.dynamo,
        coreTable: storage.tables.core,
        dataKeys: stores.vault,
        randomness: seededRandomness(19),
      });
      await spying.putPending(state, pending());
      await spying.putTicket(state, { scope, provider: 'garmin', returnTo: undefined, expiresAtMs });
      expect(puts).toHaveLength(2);
      expect(puts.join()).toContain('STATE#');
      expect(puts.join()).not.toContain(state);
      expect(puts.join()).not.toContain('a-verifier-of-its-own');
    });

    test('CON1 a ticket is taken once, in its time, and is no state', async () => {
      const ticket = newText();
      const granted = { scope, provider: 'polar', returnTo: undefined, expiresAtMs };
      await store.putTicket(ticket, granted);
      expect(await store.takePending(ticket, START_MS)).toBeUndefined();
      expect(await store.takeTicket(ticket, expiresAtMs)).toBeUndefined();
      expect(await store.takeTicket(ticket, START_MS)).toEqual(granted);
      expect(await store.takeTicket(ticket, START_MS)).toBeUndefined();
    });

    test('CON11 a consent of an erased user is none', async () => {
      const state = newText();
      await store.putPending(state, pending());
      await stores.vault.shred(scope);
      expect(await store.takePending(state, START_MS)).toBeUndefined();
      await expect(store.putPending(newText(), pending())).rejects.toMatchObject({ code: 'user.not_found' });
    });
  });
}
