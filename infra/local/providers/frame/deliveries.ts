import type { Outgoing, PushRules } from './cloud.ts';
import type { Faults } from './faults.ts';
import type { CloudStats } from './stats.ts';

interface Pending extends Outgoing {
  readonly createdMs: number;
  dueMs: number;
  failures: number;
  held: boolean;
}

export type WebhookState = 'off' | 'active' | `failed: ${string}` | 'inactive';

/** The pushes of one cloud: tried at once, then again as the cloud documents it, on the simulator's clock. */
export interface Deliveries {
  state(): WebhookState;
  /** Sets the address and proves it. */
  subscribe(baseUrl: string): Promise<WebhookState>;
  push(outgoing: Outgoing): void;
  /** Tries everything that is due; resolves when no try is under way any more. */
  flush(): Promise<{ delivered: number; failed: number; pending: number }>;
  /** Starts what is due; nobody waits for it. */
  tick(): void;
  pending(): number;
  deactivate(): void;
}

export interface DeliveriesOptions {
  readonly cloud: string;
  readonly rules: PushRules;
  readonly faults: Faults;
  readonly stats: CloudStats;
  readonly now: () => number;
}

const PUSH_PATH = '/push';
const STALE_MS = 3_600_000;

export function createDeliveries({ cloud, rules, faults, stats, now }: DeliveriesOptions): Deliveries {
  let address: string | undefined;
  let state: WebhookState = 'off';
  let queue: Pending[] = [];
  const running = new Set<Promise<boolean>>();
  let failingSinceMs: number | undefined;

  const settle = (item: Pending, status: number): boolean => {
    if (rules.accepted(status)) {
      failingSinceMs = undefined;
      stats.add('pushesAccepted');
      return true;
    }
    stats.add('pushesFailed');
    item.failures++;
    failingSinceMs ??= now();
    const waitSec =
      rules.retrySec[item.failures - 1] ?? (rules.keepSec === undefined ? undefined : rules.retrySec.at(-1));
    const keptUntil =
      rules.keepSec === undefined ? Number.POSITIVE_INFINITY : item.createdMs + rules.keepSec * 1000;
    if (waitSec !== undefined && now() + waitSec * 1000 <= keptUntil)
      queue.push({ ...item, dueMs: now() + waitSec * 1000 });
    if (rules.deactivates?.(status, (now() - failingSinceMs) / 1000) === true) state = 'inactive';
    return false;
  };
  const send = (item: Pending): Promise<boolean> => {
    stats.add('pushesSent');
    const tried = attempt({ address: address ?? '', rules, faults, now }, item).then((status) =>
      settle(item, status),
    );
    running.add(tried);
    return tried.finally(() => running.delete(tried));
  };
  const due = (): Promise<boolean>[] => {
    if (state !== 'active') return [];
    const ready = queue.filter(({ dueMs, held }) => dueMs <= now() && !held);
    queue = queue.filter((item) => !ready.includes(item));
    return ready.map(send);
  };
  const releaseHeld = (): void => {
    for (const item of queue) item.held = false;
  };

  return {
    state: () => state,
    async subscribe(baseUrl) {
      const key = rules.addressKey === undefined ? '' : `?key=${rules.addressKey()}`;
      address = `${baseUrl.replace(/\/+$/, '')}/v1/inbound/${cloud}${key}`;
      const failure = await rules.handshake(address).catch((error: unknown) => String(error));
      state = failure === undefined ? 'active' : `failed: ${failure}`;
      due();
      return state;
    },
    push(outgoing) {
      if (state !== 'active' && rules.keepSec === undefined) return;
      if (address === undefined) return;
      const held = faults.take('reorder_push', PUSH_PATH) !== undefined;
      const item = { ...outgoing, createdMs: now(), dueMs: now(), failures: 0, held };
      queue.push(item);
      if (faults.take('duplicate_push', PUSH_PATH)) queue.push({ ...item });
      due();
      // What was held back goes out after the one that overtook it.
      if (!held && queue.some((waiting) => waiting.held)) {
        releaseHeld();
        void Promise.allSettled([...running]).then(due);
      }
    },
    async flush() {
      releaseHeld();
      const results = [...running, ...due()];
      const done = await Promise.all(results);
      const delivered = done.filter(Boolean).length;
      return { delivered, failed: done.length - delivered, pending: queue.length };
    },
    tick: () => void due(),
    pending: () => queue.length + running.size,
    deactivate() {
      state = 'inactive';
    },
  };
}

interface AttemptContext {
  readonly address: string;
  readonly rules: PushRules;
  readonly faults: Faults;
  readonly now: () => number;
}

/** One try; answers the status, 0 for no answer. */
async function attempt({ address, rules, faults, now }: AttemptContext, item: Pending): Promise<number> {
  const body = Buffer.from(item.body);
  const stale = faults.take('stale_push_timestamp', PUSH_PATH) ? STALE_MS : 0;
  const unsigned = faults.take('unsigned_push', PUSH_PATH) !== undefined;
  const signature = unsigned ? {} : rules.sign(body, now() - stale);
  const sent = faults.take('tampered_push', PUSH_PATH) ? tampered(body) : body;
  const target = unsigned ? address.replace(/\?key=.*$/, '') : address;
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': item.contentType, ...rules.headers(), ...signature },
      body: new Uint8Array(sent),
      redirect: 'manual',
      signal: AbortSignal.timeout(rules.timeoutMs),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** The same length, one digit or letter changed near the end: still JSON, no longer what was signed. */
function tampered(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  for (let index = copy.length - 1; index >= 0; index--) {
    const byte = copy[index] ?? 0;
    if (byte < 0x30 || byte > 0x39) continue;
    copy[index] = byte === 0x39 ? 0x38 : byte + 1;
    break;
  }
  return copy;
}
