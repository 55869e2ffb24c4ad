/** Sets of ids that are joined step by step; at first each id is alone. */
export interface DisjointSets {
  membersOf(id: string): readonly string[];
  join(left: string, right: string): void;
}

/** The smaller set moves into the larger, so that n joins cost n log n moves. */
export function createDisjointSets(): DisjointSets {
  const sets = new Map<string, string[]>();
  const setOf = (id: string): string[] => {
    const found = sets.get(id) ?? [id];
    sets.set(id, found);
    return found;
  };
  return {
    membersOf: setOf,
    join: (left, right) => {
      const [one, other] = [setOf(left), setOf(right)];
      if (one === other) return;
      const [small, large] = one.length < other.length ? [one, other] : [other, one];
      large.push(...small);
      for (const id of small) sets.set(id, large);
    },
  };
}
