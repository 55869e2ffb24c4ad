import type { DigestAnswer } from '../../../contracts/http/sync.ts';
import type { UserScope } from '../../samples/model.ts';
import { formatHash } from '../merge/row-hash.ts';
import { checkEntityTypes, loadLivingHead, type PullDeps } from './sync-reader.ts';

/**
 * Count and hash of the living rows per type (SYN9) as the commit `seq` left them, from the counter alone. Every
 * type of the schema is there, or every one that was asked for: one without rows has count 0 and hash 0.
 * `sync.unknown_entity_type`, `user.not_found`.
 */
export async function readDigest(
  deps: Pick<PullDeps, 'store' | 'schema'>,
  scope: UserScope,
  query: { readonly entityTypes?: readonly string[] | undefined },
): Promise<DigestAnswer> {
  const entityTypes =
    checkEntityTypes(deps.schema, query.entityTypes) ?? [...deps.schema.entities.keys()].sort();
  const head = await loadLivingHead(deps, scope);
  const types = entityTypes.map((type) => {
    const { count, hash } = head?.digests[type] ?? { count: 0, hash: 0n };
    return [type, { count, hash: formatHash(hash) }] as const;
  });
  return { seq: head?.seq ?? 0, types: Object.fromEntries(types) };
}
