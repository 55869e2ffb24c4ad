/** HTML that is safe to place as it is; texts become it only through `html` or `escapeHtml`. */
export interface Html {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

type Part = Html | readonly Html[] | string | number;

const markupOf = (part: Part): string => {
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'markup' in part ? part.markup : part.map((each) => each.markup).join('');
};

/** Template tag: every text that is put in is escaped, HTML made by this tag is kept. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    markup: strings
      .map((text, index) => text + (index < parts.length ? markupOf(parts[index] ?? '') : ''))
      .join(''),
  };
}

export const NOTHING: Html = { markup: '' };

/** A sentence in which `backticks` mark code. */
export const prose = (text: string): Html => ({
  markup: text
    .split('`')
    .map((piece, index) => (index % 2 === 0 ? escapeHtml(piece) : `<code>${escapeHtml(piece)}</code>`))
    .join(''),
});

/** A table of the given headings; each row has as many cells. */
export const table = (headings: readonly string[], rows: readonly (readonly Html[])[]): Html => html`
<div class="scroll"><table><thead><tr>${headings.map((heading) => html`<th>${heading}</th>`)}</tr></thead>
<tbody>${rows.map(
  (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`,
)}</tbody></table></div>`;
