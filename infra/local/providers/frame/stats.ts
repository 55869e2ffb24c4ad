export type Counter =
  | 'tokenRefreshes'
  | 'refreshFailures'
  | 'tokenExchanges'
  | 'revocations'
  | 'pushesSent'
  | 'pushesAccepted'
  | 'pushesFailed';
export type StatsView = Readonly<Record<Counter, number>> & {
  readonly requests: Readonly<Record<string, number>>;
};

export interface RecentRequest {
  readonly atMs: number;
  readonly what: string;
  readonly status: number;
}

export interface CloudStats {
  add(counter: Counter): void;
  request(what: string): void;
  answered(entry: RecentRequest): void;
  recent(): readonly RecentRequest[];
  view(): StatsView;
}

const KEPT_REQUESTS = 12;

export function createStats(): CloudStats {
  const counts: Record<Counter, number> = {
    tokenRefreshes: 0,
    refreshFailures: 0,
    tokenExchanges: 0,
    revocations: 0,
    pushesSent: 0,
    pushesAccepted: 0,
    pushesFailed: 0,
  };
  const requests = new Map<string, number>();
  let recent: RecentRequest[] = [];
  return {
    add(counter) {
      counts[counter]++;
    },
    request: (what) => void requests.set(what, (requests.get(what) ?? 0) + 1),
    answered(entry) {
      recent = [entry, ...recent].slice(0, KEPT_REQUESTS);
    },
    recent: () => recent,
    view: () => ({ requests: Object.fromEntries(requests), ...counts }),
  };
}
