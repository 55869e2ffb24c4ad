/** The element of an id that index.html promises. */
export function element<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found as Kind;
}

/** Makes an element; texts go in as text, never as markup. */
export function make(
  name: string,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export const number = (value: number | null | undefined, digits = 0): string =>
  value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits });

/** A change to one digit, with its sign. */
export const signed = (value: number): string =>
  `${value >= 0.05 ? '+' : ''}${number(value, 1).replace(/^-0$/, '0').replace('-', '−')}`;

/** `1 record`, `1,200 records`. */
export const counted = (count: number, one: string): string =>
  `${number(count)} ${count === 1 ? one : `${one}s`}`;

/** `2016-04-12` of an instant, `–` when there is none. */
export const day = (instant: string | null): string => instant?.slice(0, 10) ?? '–';

/** A button that cannot be pressed twice while it acts, and says when it could not. */
export function action(label: string, act: () => Promise<unknown>): HTMLElement {
  const button = make('button', { type: 'button' }, label);
  button.addEventListener('click', () => {
    button.setAttribute('disabled', '');
    act()
      .catch((error: unknown) => {
        button.title = String(error);
        button.textContent = `${label} failed`;
      })
      .finally(() => button.removeAttribute('disabled'));
  });
  return button;
}

/** A line of a table that is chosen by pointer, Enter or space. */
export function chosenBy(line: HTMLElement, act: () => void): HTMLElement {
  line.tabIndex = 0;
  line.addEventListener('click', act);
  line.addEventListener('keydown', (event) => {
    if (event.target !== line || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    act();
  });
  return line;
}

/** `asleep 7 h 15 min`, as a list of terms and what they are. */
export const facts = (pairs: readonly (readonly [string, string])[]): HTMLElement =>
  make(
    'dl',
    { class: 'facts' },
    ...pairs.map(([term, value]) => make('div', {}, make('dt', {}, term), make('dd', {}, value))),
  );
