import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** A chart for a page: its SVG takes text and axes in the color of the text around it. */
export interface Chart {
  readonly title: string;
  /** `<svg>…</svg>`, with a description for those who can't see it. */
  readonly svg: string;
  /** Meaning of the colors; empty where there is only one. */
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
}

/** Colors of series, legible (WCAG 2: a contrast of at least 3) on white and on nearly black. */
export const chartColors = ['#2b82d9', '#d9730d', '#12936f', '#c2459b', '#8a63e8', '#8f7a14'] as const;

/** Colors of boxes, masks, correct detections and wrong ones. */
export const [boxColor, maskColor, rightColor, wrongColor] = chartColors;

/** Width of a chart in units of its own: about a phone's in pixels, where its text stays legible. */
export const chartWidth = 380;
export const chartHeight = 240;

/** Style of the lines that the data rest on. */
export const baseline = { strokeOpacity: 0.4 } as const;

/** A legend of the series; none where there is only one. */
export function legendOf(series: readonly LegendEntry[]): LegendEntry[] {
  return series.length < 2 ? [] : series.map(({ name, color }) => ({ name, color }));
}

/** The part of a DOM element that is used; Node has no types of the DOM. */
interface Element {
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<Element>;
}

/** Draws a plot as SVG. */
export function render(description: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg: Element = Plot.plot({ document, style: { fontSize: '12px' }, ...options });
  // The chart has one name; names of its parts are of no use to those who can't see it.
  for (const part of svg.querySelectorAll('[aria-label]')) {
    part.setAttribute('data-part', part.getAttribute('aria-label') ?? '');
    part.removeAttribute('aria-label');
  }
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  return svg.outerHTML;
}
