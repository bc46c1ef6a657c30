/** A piece of HTML, as opposed to a text that is still to be escaped. */
export class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What a template takes: texts and numbers are escaped, HTML isn't, lists are joined, and nothing is nothing. */
export type Content = string | number | Html | undefined | readonly Content[];

/** A template of HTML whose values are escaped: html`<p title="${title}">${text}</p>`. Attributes need quotes. */
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
