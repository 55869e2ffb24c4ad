import type { Outgoing, PushRules } from './cloud.ts';
import type { Faults } from './faults.ts';
import type { CloudStats } from './stats.ts';

interface Pending extends Outgoing {
  readonly createdMs: number;
  readonly dueMs: number;
  readonly failures: number;
  readonly held: boolean;
}

/** The address, and how it fares: what a restart must not forget. */
export interface Webhook {
  address: string | undefined;
  state: WebhookState;
  failingSinceMs: number | undefined;
}

export const noWebhook = (): Webhook => ({ address: undefined, state: 'off', failingSinceMs: undefined });

export type WebhookState = 'off' | 'active' | `failed: ${string}` | 'inactive';

/** The pushes of one cloud: tried at once, then again as the cloud documents it, on the simulator's clock. */
export interface Deliveries {
  state(): WebhookState;
  /** Sets the address and proves it. */
  subscribe(baseUrl: string): Promise<WebhookState>;
  /** Takes an address that the cloud has proven itself. */
  use(address: string): void;
  /** The client took its address back. */
  end(): void;
  push(outgoing: Outgoing): void;
  /**
   * Tries everything that is due, and waits for the tries that are under way. Answers what was delivered and what
   * failed since the last flush, first tries included, and how many wait for a later time.
   */
  flush(): Promise<{ delivered: number; failed: number; pending: number }>;
  /** Starts what is due; nobody waits for it. */
  tick(): void;
  pending(): number;
}

export interface DeliveriesOptions {
  readonly cloud: string;
  readonly rules: PushRules;
  readonly faults: Faults;
  readonly stats: CloudStats;
  readonly now: () => number;
  readonly webhook: Webhook;
  /** Set off by the stop of the simulator, which abandons the tries that are under way. */
  readonly ended: AbortSignal;
}

const PUSH_PATH = '/push';
const STALE_MS = 3_600_000;

/** What is being delivered. */
interface Outbox extends DeliveriesOptions {
  queue: readonly Pending[];
  readonly running: Set<Promise<void>>;
  /** Since the last flush. */
  delivered: number;
  failed: number;
}

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const outbox: Outbox = {
    ...options,
    queue: [],
    running: new Set(),
    delivered: 0,
    failed: 0,
  };
  const { webhook } = outbox;
  return {
    state: () => webhook.state,
    subscribe: (baseUrl) => subscribe(outbox, baseUrl),
    use(address) {
      Object.assign(webhook, { address, state: 'active', failingSinceMs: undefined });
      sendDue(outbox);
    },
    end() {
      webhook.state = 'inactive';
    },
    push: (outgoing) => push(outbox, outgoing),
    async flush() {
      sendDue(outbox);
      await settled(outbox);
      release(outbox);
      sendDue(outbox);
      await settled(outbox);
      const { delivered, failed } = outbox;
      Object.assign(outbox, { delivered: 0, failed: 0 });
      return { delivered, failed, pending: outbox.queue.length };
    },
    tick: () => sendDue(outbox),
    pending: () => outbox.queue.length + outbox.running.size,
  };
}

async function subscribe(outbox: Outbox, baseUrl: string): Promise<WebhookState> {
  const { rules, cloud, webhook } = outbox;
  const key = rules.addressKey === undefined ? '' : `?key=${rules.addressKey()}`;
  const address = `${baseUrl.replace(/\/+$/, '')}/v1/inbound/${cloud}${key}`;
  webhook.address = address;
  const failure = await rules.handshake(address).catch(() => 'no answer');
  webhook.state = failure === undefined ? 'active' : `failed: ${failure}`;
  webhook.failingSinceMs = undefined;
  sendDue(outbox);
  return webhook.state;
}

/** While the address is not active, only clouds that keep a backlog remember what happened. */
function push(outbox: Outbox, outgoing: Outgoing): void {
  const { rules, faults, now, webhook } = outbox;
  if (webhook.address === undefined || (webhook.state !== 'active' && rules.keepSec === undefined)) return;
  const held = faults.take('reorder_push', PUSH_PATH) !== undefined;
  const item = { ...outgoing, createdMs: now(), dueMs: now(), failures: 0, held };
  const twice = faults.take('duplicate_push', PUSH_PATH) !== undefined;
  outbox.queue = [...outbox.queue, item, ...(twice ? [{ ...item }] : [])];
  sendDue(outbox);
  if (held || !outbox.queue.some((waiting) => waiting.held)) return;
  // What was held back goes out once the one that overtook it has arrived.
  void settled(outbox).then(() => {
    release(outbox);
    sendDue(outbox);
  });
}

/** Resolves when no try is under way. */
async function settled({ running }: Outbox): Promise<void> {
  while (running.size > 0) await Promise.all(running);
}

function release(outbox: Outbox): void {
  outbox.queue = outbox.queue.map((item) => ({ ...item, held: false }));
}

function sendDue(outbox: Outbox): void {
  if (outbox.webhook.state !== 'active') return;
  const isDue = ({ dueMs, held }: Pending): boolean => dueMs <= outbox.now() && !held;
  const due = outbox.queue.filter(isDue);
  outbox.queue = outbox.queue.filter((item) => !isDue(item));
  for (const item of due) {
    outbox.stats.add('pushesSent');
    const tried = attempt(outbox, item)
      .then((status) => settle(outbox, item, status))
      .finally(() => outbox.running.delete(tried));
    outbox.running.add(tried);
  }
}

/** A push that was not accepted waits for its next try, or is given up. */
function settle(outbox: Outbox, item: Pending, status: number): void {
  const { rules, stats, now, webhook } = outbox;
  if (rules.accepted(status)) {
    webhook.failingSinceMs = undefined;
    outbox.delivered++;
    stats.add('pushesAccepted');
    return;
  }
  outbox.failed++;
  stats.add('pushesFailed');
  webhook.failingSinceMs ??= now();
  const failures = item.failures + 1;
  const lastWait = rules.keepSec === undefined ? undefined : rules.retrySec.at(-1);
  const waitSec = rules.retrySec[failures - 1] ?? lastWait ?? Number.POSITIVE_INFINITY;
  const dueMs = now() + waitSec * 1000;
  const keptMs = item.createdMs + (rules.keepSec ?? Number.MAX_SAFE_INTEGER) * 1000;
  if (dueMs <= keptMs) outbox.queue = [...outbox.queue, { ...item, failures, dueMs }];
  if (rules.deactivates?.(status, (now() - webhook.failingSinceMs) / 1000) === true)
    webhook.state = 'inactive';
}

/** One try; answers the status, 0 for no answer. */
async function attempt(
  { webhook: { address = '' }, rules, faults, now, ended }: DeliveriesOptions,
  item: Pending,
): Promise<number> {
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
      signal: AbortSignal.any([AbortSignal.timeout(rules.timeoutMs), ended]),
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
