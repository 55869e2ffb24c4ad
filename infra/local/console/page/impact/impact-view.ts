import type { ProductImpact, SessionImpact } from '../../../../../contracts/http/impact.ts';
import { metricOf } from '../../../../../contracts/metrics/catalog.ts';
import { hasImpact } from '../../../../../lib/impact/impact-metrics.ts';
import { listMetrics, type MetricRow } from '../api.ts';
import { element, make } from '../elements.ts';
import { listProductImpact, listProducts, listSessionImpact } from '../read-models-api.ts';
import { friendlyUnit } from '../units.ts';
import { productLines } from './product-table.ts';
import { sessionCard } from './session-cards.ts';
import { prepareSessionForm, suggestStart } from './session-form.ts';

const ALL_TIME = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
/** What fits without scrolling for long. */
const SHOWN_COUNT = 12;
const FIRST_CHOICE = 'heart_rate';

const shown = { userId: '', metric: '', drawn: '' };

export function prepareImpact(): void {
  element('impact-metric').addEventListener('change', (event) => {
    shown.metric = (event.target as HTMLSelectElement).value;
    void showImpact(shown.userId);
  });
  prepareSessionForm(
    () => shown.userId,
    () => showImpact(shown.userId),
  );
}

/** The newest sessions against one metric, and what their products did. */
export async function showImpact(userId: string): Promise<void> {
  if (userId !== shown.userId) Object.assign(shown, { userId, metric: '' });
  element('impact-figures').hidden = userId === '';
  if (userId === '') return;
  await showMetricChoice(userId);
  const { metric } = shown;
  if (userId !== shown.userId) return;
  const [sessions, products, names] = await Promise.all([
    listSessionImpact(userId, metric, ALL_TIME),
    listProductImpact(userId, metric),
    listProducts(userId),
  ]);
  if (userId !== shown.userId || metric !== shown.metric) return;
  const drawn = JSON.stringify([userId, metric, sessions.impacts, products.products, [...names]]);
  element('impact-behind').hidden = !sessions.isBehind;
  if (drawn === shown.drawn) return;
  shown.drawn = drawn;
  showSessions(sessions.impacts, names);
  showProducts(products.products);
}

const isCompared = ({ metric }: MetricRow): boolean => {
  const known = metricOf(metric);
  return known !== undefined && hasImpact(known);
};

/** The user's metrics that are read often enough, heart rate first of all when there is some. */
async function showMetricChoice(userId: string): Promise<void> {
  const metrics = (await listMetrics(userId)).filter(isCompared);
  const names = metrics.length > 0 ? metrics.map(({ metric }) => metric) : [FIRST_CHOICE];
  if (userId !== shown.userId) return;
  if (!names.includes(shown.metric))
    shown.metric = names.includes(FIRST_CHOICE) ? FIRST_CHOICE : (names[0] ?? FIRST_CHOICE);
  const select = element<HTMLSelectElement>('impact-metric');
  if ([...select.options].map(({ value }) => value).join() !== names.join())
    select.replaceChildren(...names.map((name) => make('option', { value: name }, name)));
  select.value = shown.metric;
  const chosen = metrics.find(({ metric }) => metric === shown.metric);
  element('impact-unit').textContent = friendlyUnit(chosen?.unit ?? '');
  suggestStart(userId, chosen?.last ?? null);
}

function showSessions(impacts: readonly SessionImpact[], names: ReadonlyMap<string, string>): void {
  element('impact-empty').hidden = impacts.length > 0;
  const cards = impacts
    .slice(-SHOWN_COUNT)
    .toReversed()
    .map((impact) => sessionCard(impact, names.get(impact.productId ?? '') ?? 'Session'));
  element('impacts').replaceChildren(...cards);
}

function showProducts(products: readonly ProductImpact[]): void {
  element('products').hidden = products.length === 0;
  element('products')
    .querySelector('tbody')
    ?.replaceChildren(...productLines(products));
}
