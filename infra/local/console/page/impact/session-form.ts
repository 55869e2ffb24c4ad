import { element } from '../elements.ts';
import { listProducts, putEntity } from '../read-models-api.ts';

const MINUTE_MS = 60_000;

interface Wanted {
  readonly startMs: number;
  readonly minutes: number;
  readonly productName: string;
}

/** Lets a person write a session that is over, as a device would: a product of that name, then the session. */
export function prepareSessionForm(userId: () => string, added: () => Promise<void>): void {
  const form = element<HTMLFormElement>('session-form');
  const said = element('session-said');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const startMs = Date.parse(String(fields.get('start')));
    const wanted = {
      startMs,
      minutes: Number(fields.get('minutes')),
      productName: String(fields.get('product')).trim(),
    };
    if (userId() === '' || !Number.isFinite(startMs)) return;
    said.textContent = '';
    addSession(userId(), wanted)
      .then(added)
      .catch((error: unknown) => {
        said.textContent = `Not added: ${error instanceof Error ? error.message : String(error)}`;
      });
  });
}

let suggestedFor = '';

/** Suggests, once for a user, two hours before the last reading: there are readings before and after. */
export function suggestStart(userId: string, lastReading: string | null): void {
  if (suggestedFor === userId || lastReading === null) return;
  suggestedFor = userId;
  const startMs = Date.parse(lastReading) - 120 * MINUTE_MS;
  const localMs = startMs - new Date(startMs).getTimezoneOffset() * MINUTE_MS;
  element<HTMLInputElement>('session-start').value = new Date(localMs).toISOString().slice(0, 16);
}

async function addSession(userId: string, { startMs, minutes, productName }: Wanted): Promise<void> {
  const known = [...(await listProducts(userId))].find(([, name]) => name === productName)?.[0];
  const productId = known ?? crypto.randomUUID();
  if (known === undefined) await putEntity(userId, 'products', productId, { name: productName });
  await putEntity(userId, 'sessions', crypto.randomUUID(), {
    startedAt: new Date(startMs).toISOString(),
    endedAt: new Date(startMs + minutes * MINUTE_MS).toISOString(),
    status: 'COMPLETED',
    primaryProductId: productId,
  });
}
