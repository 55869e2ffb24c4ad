import { type EpochMs, HOUR_MS } from '../../core/instants.ts';
import { AppError } from '../../problems/app-error.ts';
import { ProviderFault } from '../../providers/model.ts';
import { askForConsent, changeConnection } from '../change-connection.ts';
import type { InboxEntry } from '../model.ts';
import { judgeFault } from './judge-fault.ts';
import { isGranted } from './plan-sync.ts';
import { fetchContextOf, type SyncSession } from './sync-session.ts';

export type ControlEntry = Extract<
  InboxEntry,
  { readonly kind: 'deauthorized' | 'permissions' | 'erase_data' }
>;

export const isControl = (entry: InboxEntry): entry is ControlEntry =>
  entry.kind === 'deauthorized' || entry.kind === 'permissions' || entry.kind === 'erase_data';

/**
 * Applies what a push or a request said of the connection itself, then removes the entry; each may be done
 * again. Throws ProviderFault when a deauthorization could not be checked now: the entry is still there then.
 */
export async function applyControl(session: SyncSession, entry: ControlEntry): Promise<void> {
  const { deps, scope, connectionId, connection } = session;
  switch (entry.kind) {
    case 'deauthorized':
      if (connection.status === 'connected' && (await isDeauthorized(session))) {
        await askForConsent(session, 'deauthorized');
      }
      break;
    case 'permissions':
      await applyPermissions(session, entry);
      break;
    case 'erase_data':
      await deps.writer.eraseProvider(scope, connection.provider, entry.correlationId);
      await deps.raw.removeAll(scope, connectionId);
      break;
  }
  await deps.runs.removeFromInbox(scope, connectionId, [entry.entryId]);
}

/**
 * Nobody is disconnected by an unsigned word (CON29): a call with the person's token decides. The smallest
 * look at a granted type, or, where nothing can be fetched, the call that names the person.
 */
async function isDeauthorized(session: SyncSession): Promise<boolean> {
  const context = fetchContextOf(session);
  const { definition } = session.provider;
  const type = definition.dataTypes.find(
    (each) => each.source.kind === 'pull' && isGranted(each, session.connection.account.grantedScopes),
  );
  try {
    if (type?.source.kind === 'pull') {
      const window = { fromMs: (context.nowMs - HOUR_MS) as EpochMs, toMs: context.nowMs };
      await type.source.fetchPages(context, window, undefined).next();
    } else {
      const { providerUserId } = session.connection.account;
      await definition.identify(session.http, { accessToken: '', userId: providerUserId });
    }
    return false;
  } catch (error) {
    const { kind } = judgeFault(error, context.nowMs);
    if (kind === 'reauth') return true;
    if (kind === 'type') return error instanceof ProviderFault && error.kind === 'forbidden';
    // Our application is refused, whoever the person is, or the person's own setting is in the way.
    if (kind === 'sync') return false;
    throw error;
  }
}

/**
 * Types that were granted anew are fetched by the next sync as if for the first time. What was said before the
 * present consent, and comes late or once more, says nothing of it.
 */
async function applyPermissions(
  session: SyncSession,
  { grantedScopes, receivedAtMs }: Extract<ControlEntry, { readonly kind: 'permissions' }>,
): Promise<void> {
  const { dataTypes } = session.provider.definition;
  const has = dataTypes.some((type) => isGranted(type, grantedScopes));
  await changeConnection(session, (stored) => {
    if (stored.status === 'disconnected' || receivedAtMs < stored.connectedAtMs) return undefined;
    const lost = dataTypes.filter((type) => !isGranted(type, grantedScopes)).map(({ code }) => code);
    const kept = Object.entries(stored.syncedTo).filter(([code]) => !lost.includes(code));
    const account = { ...stored.account, grantedScopes };
    const changed = { ...stored, account, syncedTo: Object.fromEntries(kept) };
    // The grant was never gone: it was good for nothing.
    const isBack = stored.status === 'needs_reauth' && stored.reason === 'scope_missing';
    if (stored.status !== 'connected' && !isBack) return changed;
    const dueAtMs = session.deps.clock.now();
    if (has) return { ...changed, status: 'connected', reason: undefined, dueAtMs };
    return { ...changed, status: 'needs_reauth', reason: 'scope_missing', dueAtMs: undefined };
  }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'connection.not_found') throw error;
  });
}
