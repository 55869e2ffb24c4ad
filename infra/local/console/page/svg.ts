/** Makes an SVG element; numbers are written with what a screen can show. */
export function drawing(
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: (Node | string)[]
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [attribute, value] of Object.entries(attributes))
    made.setAttribute(attribute, typeof value === 'number' ? String(Math.round(value * 100) / 100) : value);
  made.append(...children);
  return made;
}

/** A picture of `width` by `height` with a name for those who do not see it. */
export const picture = (
  size: { readonly width: number; readonly height: number },
  label: string,
  ...children: Node[]
): SVGElement =>
  drawing(
    'svg',
    {
      viewBox: `0 0 ${size.width} ${size.height}`,
      width: size.width,
      height: size.height,
      role: 'img',
      'aria-label': label,
    },
    ...children,
  );

/** A number's place on a line of pixels. */
export const scale =
  (from: readonly [number, number], to: readonly [number, number]) =>
  (value: number): number =>
    from[1] === from[0]
      ? (to[0] + to[1]) / 2
      : to[0] + ((value - from[0]) / (from[1] - from[0])) * (to[1] - to[0]);

/** About `count` round numbers between low and high. */
export function roundTicks(low: number, high: number, count: number): readonly number[] {
  const rough = Math.max(high - low, Number.EPSILON) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((wide) => wide >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) ticks.push(tick);
  return ticks;
}

/** What a drawing of this element has to its disposal. */
export const widthOf = (container: HTMLElement): number => Math.max(220, Math.floor(container.clientWidth));
