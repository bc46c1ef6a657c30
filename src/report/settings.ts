import { release, totalmem, type } from 'node:os';
import type { Config } from '../config/schema.js';
import { processorName, version } from '../environment.js';
import { type Html, html, type Section, section } from './html.js';
import type { EngineFacts, Fact } from './report-input.js';

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
    html`<p>Every setting, as <code>config.json</code> and the weights file hold it.</p>
<div class="settings">${groups.map(
      ([name, group]) =>
        html`<div><h3>${name}</h3>${facts(entriesOf(group, name === 'run' ? '' : `${name}.`))}</div>`,
    )}</div>`,
  );
}

/** Sentences about the data; without any there is no section. */
export function dataSection(notices: readonly string[]): Section[] {
  if (notices.length === 0) return [];
  return [section('data', 'Data', html`<ul>${notices.map((notice) => html`<li>${notice}</li>`)}</ul>`)];
}

/** Versions and machine. */
export function circumstanceSection(circumstances: readonly Fact[]): Section {
  return section('versions', 'Versions and machine', facts(circumstances));
}

function facts(list: readonly Fact[]): Html {
  return html`<dl>${list.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Settings of a group and of the groups in it, by their keys. */
function entriesOf(group: object, prefix: string): Fact[] {
  return Object.entries(group).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return entriesOf(value, `${prefix}${name}.`);
    }
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    return value === undefined ? [] : [{ name: prefix + name, value: text }];
  });
}

/** Facts about weights, versions and machine, as a report states them. */
export function circumstances({
  weights,
  engine,
}: {
  readonly weights: string;
  readonly engine: EngineFacts;
}): Fact[] {
  const { tensorflow, device, threads, precision } = engine;
  return [
    { name: 'written', value: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC` },
    { name: 'weights', value: weights },
    { name: 'atto', value: version },
    { name: 'TensorFlow', value: tensorflow },
    { name: 'device', value: device === 'gpu' ? 'GPU' : 'CPU' },
    { name: 'threads', value: String(threads) },
    { name: 'precision', value: precision },
    { name: 'Node', value: process.version.slice(1) },
    { name: 'system', value: `${type()} ${release()}, ${process.arch}` },
    { name: 'processor', value: processorName() },
    { name: 'memory', value: `${Math.round(totalmem() / 2 ** 30)} GiB` },
  ];
}
