import { CHANGE_FAILURES, type ChangeFailureCode } from '../../../lib/sync/merge/row.ts';
import { canonical } from '../oracle/digest-model.ts';
import { keyOf } from '../oracle/sync-model.ts';
import type { Environment } from '../world/environment.ts';
import type { SaidOfChange } from './answers.ts';
import type { Crowd } from './crowd.ts';
import type { LocalEdit } from './edits.ts';

/**
 * No edit that an app was told is kept has disappeared: it went to the server, which said what became of it,
 * or a later edit of the same device took its place, or it waits on the device for a person.
 */
export async function checkEdits(environment: Environment, crowd: Crowd): Promise<void> {
  const { model } = crowd.world;
  const placeOf = (device: string, type: string, id: string): string =>
    `${device} ${keyOf(type, model.idOf(type, id))}`;
  const saidByRow = new Map<string, SaidOfChange[]>();
  for (const said of [...crowd.world.answers.said.values()].flat()) {
    const place = placeOf(said.device, said.change.entityType, said.change.id);
    saidByRow.set(place, [...(saidByRow.get(place) ?? []), said]);
  }
  const waiting = new Set<string>();
  for (const device of crowd.devices) {
    for (const { type, id } of await device.queuedChanges()) waiting.add(placeOf(device.name, type, id));
  }
  const living = new Set(model.livingRows().map(({ type, id }) => keyOf(type, id)));
  const editsByRow = Map.groupBy(crowd.ledger.edits, ({ device, type, id }) => placeOf(device, type, id));
  for (const [place, edits] of editsByRow) {
    if (waiting.has(place)) continue;
    const [first] = edits;
    const isLiving = first !== undefined && living.has(keyOf(first.type, model.idOf(first.type, first.id)));
    checkRefusals(environment, place, { edits, said: saidByRow.get(place) ?? [] });
    checkConflict(environment, place, { edits, said: saidByRow.get(place) ?? [] });
    const lost = lostOf(edits, saidByRow.get(place) ?? [], isLiving);
    if (lost !== undefined) {
      environment.violation('LOST', `${place}: ${lost.op} ${JSON.stringify(lost.data)} has no outcome`);
    }
  }
}

/** What the server refused for good waits on the device to be seen (the row would be in `waiting`). */
function checkRefusals(
  environment: Environment,
  place: string,
  { edits, said }: { readonly edits: readonly LocalEdit[]; readonly said: readonly SaidOfChange[] },
): void {
  const last = said.at(-1)?.outcome;
  if (last?.kind !== 'failed' || edits.some(({ op }) => op === 'delete')) return;
  const known = CHANGE_FAILURES[last.code as ChangeFailureCode];
  if (known?.retryable === false) {
    environment.violation('QUEUE', `${place} was refused (${last.code}), and nobody can see it`);
  }
}

/** A deletion meets a conflict only where the row went on since the version that the app saw. */
function checkConflict(
  environment: Environment,
  place: string,
  { edits, said }: { readonly edits: readonly LocalEdit[]; readonly said: readonly SaidOfChange[] },
): void {
  const deletions = edits.filter(({ op }) => op === 'delete');
  const [deletion] = deletions;
  const [answered, ...others] = said.filter(({ change }) => change.op === 'delete');
  const seenVersion = deletion?.seenVersion ?? 0;
  if (seenVersion === 0 || deletions.length > 1 || others.length > 0) return;
  if (answered?.outcome.kind !== 'conflict') return;
  const { outcome, version } = answered.outcome;
  const metVersion = outcome === 'client_wins' ? version - 1 : version;
  if (metVersion <= seenVersion) {
    environment.violation(
      'CONFLICT',
      `${place} was deleted at version ${seenVersion}, and met a conflict with nobody`,
    );
  }
}

function lostOf(
  edits: readonly LocalEdit[],
  said: readonly SaidOfChange[],
  isLiving: boolean,
): LocalEdit | undefined {
  const isGone = (after: number) => edits.some(({ op, order }) => op === 'delete' && order > after);
  return edits.find((edit) => {
    if (!edit.isAcknowledged || isGone(edit.order)) return false;
    if (edit.op === 'delete') {
      // A creation that the server never saw and its deletion cancel each other.
      if ((edit.seenVersion ?? 0) === 0) return false;
      const isMadeAgain = edits.some(({ op, order }) => op === 'create' && order > edit.order);
      return isLiving && !isMadeAgain && !said.some(({ change }) => change.op === 'delete');
    }
    // Of a row that is there a creation is an update, and one that says nothing is nothing.
    if (edit.op === 'create' && said.length === 0 && edit.id !== 'me') return true;
    const isOut = (field: string, value: unknown): boolean =>
      edits.some(({ order, data }) => order > edit.order && field in data) ||
      said.some(({ change }) => canonical(change.data?.[field]) === canonical(value));
    const isTagged = ([, value]: [string, unknown]) =>
      typeof value === 'string' && /^text device-/.test(value);
    const isMissing = Object.entries(edit.data)
      .filter(isTagged)
      .some(([field, value]) => !isOut(field, value));
    return isMissing || (edit.op === 'update' && !areDeltasOut(edits, said, edit));
  });
}

/** Deltas of a row that only this device's updates touched add up to what was sent and taken. */
function areDeltasOut(
  edits: readonly LocalEdit[],
  said: readonly SaidOfChange[],
  { data }: LocalEdit,
): boolean {
  const isPlain =
    edits.every(({ op, isAcknowledged }) => op === 'update' && isAcknowledged) &&
    said.every(({ outcome }) => outcome.kind !== 'failed');
  if (!isPlain) return true;
  return Object.entries(data).every(([field, value]) => {
    if (deltaOf(value) === undefined) return true;
    const wrote = edits.map((edit) => edit.data[field]);
    const sent = said.map(({ change }) => change.data?.[field]);
    if ([...wrote, ...sent].some((one) => one !== undefined && deltaOf(one) === undefined)) return true;
    return sumOf(wrote) === sumOf(sent);
  });
}

const deltaOf = (value: unknown): number | undefined =>
  (value as { delta?: number } | null | undefined)?.delta;
const sumOf = (values: readonly unknown[]): number =>
  values.reduce<number>((sum, value) => sum + (deltaOf(value) ?? 0), 0);
