import type { Config } from '../config/schema.js';
import { type Html, html } from './html.js';
import { type Section, section } from './parts.js';
import type { Fact } from './report-data.js';

/** Every setting of the run, by its key. */
export function configSection(config: Config): Section {
  const { model, input, data, training, ...rest } = config;
  const groups: readonly (readonly [string, object])[] = [
    ['run', rest],
    ['data', data],
    ['input', input],
    ['model', model],
    ['training', training],
  ];
  return section(
    'config',
    'Config',
    html`<p>Every setting, as <code>config.json</code> and the weights file hold them.</p>
<div class="settings">${groups.map(
      ([name, group]) =>
        html`<div><h3>${name}</h3>${facts(entriesOf(group, name === 'run' ? '' : `${name}.`))}</div>`,
    )}</div>`,
  );
}

/** Versions and machine. */
export function circumstanceSection(circumstances: readonly Fact[]): Section {
  return section('versions', 'Versions and machine', facts(circumstances));
}

function facts(list: readonly Fact[]): Html {
  return html`<dl>${list.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The settings of a group and of the groups in it, by their keys. */
function entriesOf(group: object, prefix: string): Fact[] {
  return Object.entries(group).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return entriesOf(value, `${prefix}${name}.`);
    }
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    return value === undefined ? [] : [{ name: prefix + name, value: text }];
  });
}
