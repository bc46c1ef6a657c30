import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { metricBars } from '../../../src/report/charts/bars.js';
import { countBetween, histogram } from '../../../src/report/charts/histogram.js';
import { lineChart, smoothChart } from '../../../src/report/charts/lines.js';
import { precisionRecallChart } from '../../../src/report/charts/precision-recall.js';

function elements(svg: string, selector: string): { getAttribute(name: string): string }[] {
  return [...parseHTML(svg).document.querySelectorAll(selector)];
}

/** The points of a line, in the units of its axes, which span `width` × `height` from (`left`, `top`) on. */
function pointsOf(
  svg: string,
  index: number,
  frame: { left: number; top: number; width: number; height: number },
) {
  const path = elements(svg, 'g[data-part="line"] path')[index].getAttribute('d');
  return [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [
    Number(((Number(x) - frame.left) / frame.width).toFixed(3)),
    Number((1 - (Number(y) - frame.top) / frame.height).toFixed(3)),
  ]);
}

describe('precisionRecallChart', () => {
  const curve = { recall: Float64Array.of(0.25, 0.5, 0.75), precision: Float64Array.of(1, 0.5, 0.6) };
  // The margins of the large chart, 380 × 300.
  const frame = { left: 40, top: 20, width: 320, height: 244 };

  it('draws the envelope, corner by corner, down to where nothing more is found', () => {
    const { svg, legend } = precisionRecallChart('cat', { boxes: curve, masks: null }, 'large');
    expect(pointsOf(svg, 0, frame)).toEqual([
      [0, 1],
      [0.25, 1],
      [0.25, 0.6],
      [0.75, 0.6],
      [0.75, 0],
    ]);
    expect(legend).toEqual([]);
  });

  it('leaves out falls that can not be seen, but not their sum', () => {
    const points = 2000;
    const recall = Float64Array.from({ length: points }, (_, i) => (i + 1) / points);
    const precision = recall.map((value) => 1 - value / 2);
    const { svg } = precisionRecallChart('cat', { boxes: { recall, precision }, masks: null }, 'large');
    const drawn = pointsOf(svg, 0, frame);
    expect(drawn.length).toBeLessThan(500);
    for (const [x, y] of drawn.slice(0, -1)) expect(Math.abs(1 - x / 2 - y)).toBeLessThan(0.005);
  });

  it('says where there is nothing to be found', () => {
    const { svg } = precisionRecallChart('cat', { boxes: null, masks: null }, 'small');
    expect(svg).toContain('nothing to be found');
  });
});

describe('histogram', () => {
  it('counts values between edges, the last edge included', () => {
    expect(countBetween([0, 0.5, 0.99, 1, 2, 3, -1, 3.1], [0, 1, 2, 3])).toEqual([3, 1, 2]);
  });

  it('stacks the kinds', () => {
    const kinds = [
      { name: 'correct', color: '#111111', values: [0.1, 0.2, 0.7] },
      { name: 'wrong', color: '#222222', values: [0.3] },
    ];
    const { svg, legend } = histogram('scores', kinds, [0, 0.5, 1], {
      x: 'score',
      y: 'detections',
      ticks: [0, 1],
    });
    const heights = elements(svg, 'g[data-part="rect"] rect').map((bar) =>
      Number(bar.getAttribute('height')),
    );
    expect(heights[0]).toBeCloseTo(2 * heights[1], 6);
    expect(heights[1]).toBeCloseTo(heights[2], 6);
    expect(heights[3]).toBe(0);
    expect(legend.map(({ name }) => name)).toEqual(['correct', 'wrong']);
  });

  it('stands without values, and labels the powers of its logarithm', () => {
    const empty = [{ name: 'found', color: '#111111', values: [] }];
    const { svg } = histogram('sizes', empty, [32, 96, 288], {
      x: 'side',
      y: 'objects',
      ticks: [32, 96, 288],
      logBase: 3,
    });
    expect(svg).not.toContain('NaN');
    const labels = [...parseHTML(svg).document.querySelectorAll('[data-part="x-axis tick label"] text')];
    expect(labels.map(({ textContent }) => textContent)).toEqual(['32', '96', '288']);
  });
});

describe('metricBars', () => {
  it('draws figures in percent, and a dash for one that is undefined', () => {
    const series = [{ name: 'boxes', color: '#111111' }];
    const rows = [
      { name: 'small', values: [0.25] },
      { name: 'large', values: [0.5] },
      { name: 'none', values: [null] },
    ];
    const { svg } = metricBars('AP', series, rows, { label: 'AP, %' });
    const lengths = elements(svg, 'g[data-part="bar"] path').map((bar) => {
      const ends = [...bar.getAttribute('d').matchAll(/(?<=[M,\s]|\d )(\d+\.?\d*)(?=,)/g)].map(([x]) =>
        Number(x),
      );
      return Math.max(...ends) - ends[0];
    });
    expect(lengths[1]).toBeCloseTo(2 * lengths[0], 6);
    expect(lengths[2]).toBe(0);
    expect(svg).toMatch(/>25\.0<.*>50\.0<.*>–</s);
  });
});

describe('lineChart and smoothChart', () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i + 1, y: i % 2 }));

  it('shows each of few points, and of many some, the last one among them', () => {
    const few = lineChart('AP', [{ name: 'AP_m', points: points.slice(0, 3) }], {
      x: 'step',
      y: 'AP',
      most: 1,
    });
    expect(elements(few.svg, 'g[data-part="line"] path')[0].getAttribute('d').match(/[ML]/g)).toHaveLength(3);
    const many = lineChart('AP', [{ name: 'AP_m', points }], { x: 'step', y: 'AP', most: 1 });
    const drawn = pointsOf(many.svg, 0, { left: 44, top: 20, width: 316, height: 184 });
    expect(drawn.length).toBeLessThan(310);
    expect(drawn.at(-1)).toEqual([1, 1]);
  });

  it('draws running means, which noise leaves no trace in', () => {
    const { svg } = smoothChart('loss', [{ name: 'loss', points }], { x: 'step', y: 'loss' });
    // The first path is the noise behind.
    const drawn = pointsOf(svg, 1, { left: 44, top: 20, width: 316, height: 184 });
    for (const [, y] of drawn.slice(10, -10)) expect(Math.abs(y * 1.05 - 0.5)).toBeLessThan(0.03);
  });

  it('stands with nothing but zeros', () => {
    const { svg } = smoothChart('loss', [{ name: 'loss', points: [{ x: 1, y: 0 }] }], {
      x: 'step',
      y: 'loss',
    });
    expect(svg).not.toContain('NaN');
  });
});
