import { compareTexts, type Item, isEqualItem } from './attribute-values.ts';
import { InvalidExpression } from './expression-evaluator.ts';

/** One state of an item and the instant from which plain reads see it. */
interface Version {
  readonly visibleAtMs: number;
  readonly item: Item | undefined;
}

/** How long replaced versions stay, for reads that may lag behind. */
const KEPT_MS = 5_000;

export interface KeyText {
  readonly pk: string;
  readonly sk: string;
}

/** A write that changed something, as the stream tells it. */
export interface ItemChange {
  readonly tableName: string;
  readonly key: KeyText;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly visibleAtMs: number;
}

/**
 * Items with their recent versions. Conditions look at what is committed. Plain reads look at what is
 * visible: the items of one transaction may become visible at different instants, but one item never goes
 * back, and a later version of it is never visible before an earlier one.
 */
export class Table {
  readonly name: string;
  readonly #partitions = new Map<string, Map<string, Version[]>>();

  constructor(name: string) {
    this.name = name;
  }

  committed({ pk, sk }: KeyText): Item | undefined {
    return this.#partitions.get(pk)?.get(sk)?.at(-1)?.item;
  }

  visible({ pk, sk }: KeyText, atMs: number): Item | undefined {
    return visibleOf(this.#partitions.get(pk)?.get(sk), atMs);
  }

  /** Visible items of a partition in the order of their sort keys. */
  visibleIn(pk: string, atMs: number): readonly Item[] {
    const items: (readonly [string, Item])[] = [];
    for (const [sk, versions] of this.#partitions.get(pk) ?? []) {
      const item = visibleOf(versions, atMs);
      if (item !== undefined) items.push([sk, item]);
    }
    return items.sort(([a], [b]) => compareTexts(a, b)).map(([, item]) => item);
  }

  /** Visible items that an attribute puts into one partition of an index; those without it are not in it. */
  visibleWith(attribute: string, value: string, atMs: number): readonly Item[] {
    const items: Item[] = [];
    for (const partition of this.#partitions.values()) {
      for (const versions of partition.values()) {
        const item = visibleOf(versions, atMs);
        if (item?.[attribute]?.S === value) items.push(item);
      }
    }
    return items;
  }

  /** Undefined when nothing changed: the stream then says nothing either. */
  write(
    key: KeyText,
    item: Item | undefined,
    { nowMs, visibleAtMs }: { readonly nowMs: number; readonly visibleAtMs: number },
  ): ItemChange | undefined {
    const partition = getOrAdd(this.#partitions, key.pk, () => new Map<string, Version[]>());
    const versions = getOrAdd(partition, key.sk, () => []);
    const last = versions.at(-1);
    const before = last?.item;
    const version = { item, visibleAtMs: Math.max(visibleAtMs, last?.visibleAtMs ?? 0) };
    versions.push(version);
    while (versions.length > 1 && (versions[1]?.visibleAtMs ?? nowMs) < nowMs - KEPT_MS) versions.shift();
    const isSame = before === undefined || item === undefined ? before === item : isEqualItem(before, item);
    if (isSame) return undefined;
    return { tableName: this.name, key, before, after: item, visibleAtMs: version.visibleAtMs };
  }

  /** Every committed item: for snapshots and for what the invariants look at. */
  *all(): Iterable<Item> {
    for (const partition of this.#partitions.values()) {
      for (const versions of partition.values()) {
        const item = versions.at(-1)?.item;
        if (item !== undefined) yield item;
      }
    }
  }
}

function visibleOf(versions: readonly Version[] | undefined, atMs: number): Item | undefined {
  for (let index = (versions?.length ?? 0) - 1; index >= 0; index -= 1) {
    const version = versions?.[index];
    if (version !== undefined && version.visibleAtMs <= atMs) return version.item;
  }
  return undefined;
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

/** The key of an item or of a Key parameter. Every table of ours has the string keys `pk` and `sk`. */
export function keyOf(item: Item | undefined): KeyText {
  const pk = item?.['pk']?.S;
  const sk = item?.['sk']?.S;
  if (pk === undefined || sk === undefined || pk === '' || sk === '') {
    throw new InvalidExpression('the key attributes pk and sk must be strings and not empty');
  }
  return { pk, sk };
}

/** Key parameters hold the key and nothing else. */
export function exactKeyOf(key: Item | undefined): KeyText {
  if (Object.keys(key ?? {}).length !== 2) {
    throw new InvalidExpression('The provided key element does not match the schema');
  }
  return keyOf(key);
}
