import type { PushCallback } from '../definition.ts';
import type { UserHttp } from '../http.ts';
import { fieldOf } from '../json-body.ts';
import { ProviderFault } from '../model.ts';

const PATH = '/notify';
/** Shown to nobody; Withings asks for one. */
const COMMENT = 'Headwater';

/**
 * Subscribes a person to each kind of notification (`appli`) that is not subscribed to this address yet. Withings
 * looks at the address with HEAD each time. A kind that the person's consent does not cover is left out; the
 * first fault of another kind is thrown when the others were tried.
 */
export async function subscribeUser(
  http: UserHttp,
  { url }: PushCallback,
  applis: readonly string[],
): Promise<void> {
  const ask = async (form: Readonly<Record<string, string>>): Promise<unknown> =>
    (await http.json({ origin: 'api', path: PATH, method: 'POST', form })).payload;
  const profiles = fieldOf(fieldOf(await ask({ action: 'list' }), 'body'), 'profiles');
  const known = new Set(
    (Array.isArray(profiles) ? profiles : [])
      .filter((profile: unknown) => fieldOf(profile, 'callbackurl') === url)
      .map((profile: unknown) => String(fieldOf(profile, 'appli'))),
  );
  let fault: ProviderFault | undefined;
  for (const appli of applis) {
    if (known.has(appli)) continue;
    await ask({ action: 'subscribe', callbackurl: url, appli, comment: COMMENT }).catch((error: unknown) => {
      if (!(error instanceof ProviderFault)) throw error;
      if (error.kind !== 'forbidden') fault ??= error;
    });
  }
  if (fault !== undefined) throw fault;
}
