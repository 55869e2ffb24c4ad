import type { CloudKit } from '../frame/cloud.ts';
import type { Person } from '../people/people.ts';
import type { Account, Summary } from './model.ts';
import { permissionFor, type SummaryType, summariesOf, told } from './summaries.ts';

/** Summaries of one type that one notification item stands for. */
export interface Upload {
  readonly account: Account;
  readonly type: SummaryType;
  readonly from: string;
  readonly to: string;
  /** Narrows the dates to starts in [0] <= start <= [1], as a backfill asks. */
  readonly startSec?: readonly [number, number];
}

export type DeliveryMode = 'ping' | 'push';

export interface Uploads {
  /** Queues one notification per type for all of these; types without a summary or a permission are left out. */
  notify(uploads: readonly Upload[], grouping?: 'by type' | 'all in one'): void;
  /** What a callback address stands for; undefined for an unknown or outlived token. */
  collect(token: string): { readonly upload: Upload; readonly summaries: readonly unknown[] } | undefined;
  setMode(mode: DeliveryMode): void;
}

interface UploadsOptions {
  readonly kit: CloudKit;
  readonly account: (person: Person) => Account;
  readonly permissions: (person: Person) => readonly string[];
}

/** What a callback address stands for: the account by its person, as only data can be kept. */
type Waiting = Omit<Upload, 'account'> & { readonly person: Person; readonly expiresMs: number };

const CALLBACK_LIFE_MS = 24 * 3_600_000;
const PATHS: Partial<Record<SummaryType, string>> = { pulseox: 'pulseOx', allDayRespiration: 'respiration' };

export const callbackPath = (type: SummaryType): string => `/wellness-api/rest/${PATHS[type] ?? type}`;

/** Turns uploads into notifications: addresses to fetch from (ping), or the summaries themselves (push). */
export function createUploads({ kit, account, permissions }: UploadsOptions): Uploads {
  const waiting = kit.keep('callbacks', new Map<string, Waiting>());
  const chosen: { mode: DeliveryMode } = kit.keep('mode', { mode: 'ping' });
  const pingItem = (upload: Upload): Record<string, unknown> => {
    const token = kit.random.hex(16);
    const { account: of, ...asked } = upload;
    waiting.set(token, { ...asked, person: of.history.person, expiresMs: kit.now() + CALLBACK_LIFE_MS });
    const until = Math.floor(kit.now() / 1000);
    const window = `uploadStartTimeInSeconds=${until - 86_400}&uploadEndTimeInSeconds=${until}`;
    return {
      userId: upload.account.userId,
      callbackURL: `${kit.originUrl('api')}${callbackPath(upload.type)}?${window}&token=${token}`,
    };
  };
  const items = (upload: Upload): readonly unknown[] =>
    chosen.mode === 'ping'
      ? [pingItem(upload)]
      : select(upload).map((summary) => told(upload.account, summary));
  const send = (uploads: readonly Upload[]): void => {
    const body = Object.fromEntries(
      [...Map.groupBy(uploads, ({ type }) => type)].map(([type, group]) => [type, group.flatMap(items)]),
    );
    const about = `${Object.keys(body).join(', ')} of ${[...new Set(uploads.map(({ account }) => account.history.person.name))].join(', ')}`;
    kit.push({ contentType: 'application/json', body: JSON.stringify(body), about });
  };
  return {
    notify(uploads, grouping = 'by type') {
      const full = uploads.filter(
        (upload) =>
          kit.grantOf(upload.account.history.person) !== undefined &&
          permissions(upload.account.history.person).includes(permissionFor(upload.type)) &&
          select(upload).length > 0,
      );
      if (full.length === 0) return;
      if (grouping === 'all in one') send(full);
      else for (const group of Map.groupBy(full, ({ type }) => type).values()) send(group);
    },
    collect(token) {
      const entry = waiting.get(token);
      if (entry === undefined || entry.expiresMs <= kit.now()) return undefined;
      const upload = { ...entry, account: account(entry.person) };
      return { upload, summaries: select(upload).map((summary) => told(upload.account, summary)) };
    },
    setMode(mode) {
      chosen.mode = mode;
    },
  };
}

function select({ account, type, from, to, startSec }: Upload): readonly Summary[] {
  const found = summariesOf(account, type, from, to);
  if (startSec === undefined) return found;
  const [low, high] = startSec;
  return found.filter((summary) => summary.startSec >= low && summary.startSec <= high);
}
