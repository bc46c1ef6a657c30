import type { Chart } from './charts/chart.js';

/** A piece of HTML, as opposed to a text that is still to be escaped. */
export class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Values of a template: texts and numbers are escaped, HTML isn't, lists are joined, and undefined is nothing. */
export type Content = string | number | Html | undefined | readonly Content[];

/** Template of HTML whose values are escaped: html`<p title="${title}">${text}</p>`. Attributes need quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((source, part, i) => source + sourceOf(values[i - 1]) + part));
}

function sourceOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.source;
  if (typeof content === 'object') return content.map(sourceOf).join('');
  return escaped(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** A part of the page that the table of contents leads to. */
export interface Section {
  /** Name of the anchor. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

export function section(id: string, title: string, ...body: readonly Content[]): Section {
  return { id, title, body: html`<section id="${id}"><h2>${title}</h2>${body}</section>` };
}

/** A column of a table of `T`. */
export interface Column<T> {
  readonly head: Content;
  readonly cell: (row: T) => Content;
  /** Numbers are aligned to the right. */
  readonly number?: boolean;
}

/** A table whose first column names the row; it scrolls by itself where it is wider than the screen. */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[], foot?: T): Html {
  const kind = (column: Column<T>) => (column.number ? html` class="number"` : undefined);
  const line = (row: T) => {
    const [first, ...rest] = columns;
    const cells = rest.map((column) => html`<td${kind(column)}>${column.cell(row)}</td>`);
    return html`<tr><th scope="row"${kind(first)}>${first.cell(row)}</th>${cells}</tr>`;
  };
  const heads = columns.map((column) => html`<th scope="col"${kind(column)}>${column.head}</th>`);
  return html`<div>${scrollable(
    caption,
    html`<table><thead><tr>${heads}</tr></thead>
<tbody>${rows.map(line)}</tbody>
${foot === undefined ? undefined : html`<tfoot>${line(foot)}</tfoot>`}</table>`,
  )}</div>`;
}

/** Wide content under its caption; it scrolls by itself, with the keyboard, too. */
export function scrollable(caption: string, body: Html): Html {
  return html`<p class="caption">${caption}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}">${body}</div>`;
}

/** A chart with its title and legend. */
export function figure({ title, svg, legend }: Chart, note?: Content): Html {
  const entries = legend.map(
    ({ name, color }) => html`<li><span class="key" style="background:${color}"></span>${name}</li>`,
  );
  return html`<figure><figcaption><span class="title">${title}</span>${
    entries.length > 0 ? html`<ul class="legend">${entries}</ul>` : undefined
  }</figcaption>${new Html(svg)}${note === undefined ? undefined : html`<p class="note">${note}</p>`}</figure>`;
}

/** Charts beside each other where there is room. */
export function figures(...content: readonly Content[]): Html {
  return html`<div class="figures">${content}</div>`;
}

/** A number; from five digits on its thousands are set apart. */
export function formatCount(value: number): string {
  return value < 10_000 ? String(value) : String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 object`, `2 objects` */
export function quantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}
