import { ProviderFault } from './model.ts';

/**
 * A page put together of several answers, or of an answer and what it has to be read with. Its body is what is
 * kept for replay, so it holds all that `map` reads.
 */
export const composedPage = (payload: unknown): { readonly payload: unknown; readonly body: Uint8Array } => ({
  payload,
  body: new TextEncoder().encode(JSON.stringify(payload)),
});

/** What the call answers; undefined when the provider says that it is not there (404, 410). */
export async function unlessGone<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ProviderFault && error.kind === 'not_found') return undefined;
    throw error;
  }
}
