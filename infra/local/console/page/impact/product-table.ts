import type { ProductImpact } from '../../../../../contracts/http/impact.ts';
import { make, number, signed } from '../elements.ts';

const NUMBER = { class: 'number' };

/** What sessions of each product did together, in the last 90 days. */
export function productLines(products: readonly ProductImpact[]): readonly HTMLElement[] {
  return products.map((product) =>
    make(
      'tr',
      {},
      make('td', {}, product.productName ?? 'a deleted product'),
      make('td', NUMBER, `${product.sessionCount} of ${product.sessionCount + product.unreliableCount}`),
      make('td', NUMBER, number(product.baselineMean, 1)),
      make('td', NUMBER, changeWords(product.during)),
      make('td', NUMBER, changeWords(product.after)),
      make('td', {}, product.confidence.toLowerCase()),
    ),
  );
}

function changeWords({ mean, interval95 }: ProductImpact['during']): string {
  if (mean === null) return '–';
  const spread = interval95 === null ? '' : ` (${signed(interval95.low)} to ${signed(interval95.high)})`;
  return `${signed(mean)}${spread}`;
}
