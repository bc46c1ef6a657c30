import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { vocClasses } from '../../src/datasets/voc/classes.js';
import { percent } from '../../src/metrics/metric-value.js';
import { type DetectionReportContent, detectionReportPage } from '../../src/report/detection-report.js';
import { lossesOnly, reportData } from '../support/report-data.js';

const threeClasses = ['cat', 'dog', 'cow'];
const manyClasses = Array.from({ length: 80 }, (_, i) => `class ${i + 1}`);

type Page = ReturnType<typeof parseHTML>['document'];

/** Elements that have no end. */
const voidElements = new Set(['meta', 'link', 'img', 'hr', 'br']);

/** Fails where a start or an end of an element is missing. */
function expectBalanced(page: string): void {
  const open: string[] = [];
  for (const [, end, name, last] of page.matchAll(/<(\/?)([a-z][a-z0-9-]*)[^>]*?(\/?)>/gi)) {
    if (end) expect(open.pop(), `in ${open.join(' ')}`).toBe(name);
    else if (!last && !voidElements.has(name)) open.push(name);
  }
  expect(open).toEqual([]);
}

/** A page's document, after what must hold for every page. */
function documentOf(data: DetectionReportContent) {
  const page = detectionReportPage(data);
  expectBalanced(page);
  expect(page.match(/<script/i)).toBeNull();
  // Nothing is loaded: what is linked is in the page, and names of namespaces aren't loaded.
  expect(page.match(/(src|href)="(?!data:|#)/)).toBeNull();
  expect(page.match(/url\((?!data:|#)/)).toBeNull();
  const written = page.replaceAll(/data:[\w/]+;base64,[\w+/=]+|xmlns(:\w+)?="[^"]*"/g, '');
  expect(written.match(/https?:|\/\/|@import/)).toBeNull();
  expect(page.length).toBeLessThan(8e6);
  const { document } = parseHTML(page);
  const ids = Array.from(document.querySelectorAll('[id]'), ({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const link of document.querySelectorAll('nav a'))
    expect(ids).toContain(link.getAttribute('href')?.slice(1));
  expect(textOf(document, 'body').match(/.{9}(NaN|undefined|Infinity|null\b|\[object).{9}/)).toBeNull();
  for (const chart of document.querySelectorAll('svg')) {
    expect(chart.getAttribute('aria-label')).toBeTruthy();
    expect(chart.outerHTML.match(/.{60}(NaN|undefined|Infinity)/)).toBeNull();
  }
  return document;
}

function textOf(document: Page, selector: string): string {
  return document.querySelector(selector)?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? '';
}

/** The part of a DOM element that is used; Node has no types of the DOM. */
interface Element {
  readonly textContent: string | null;
  readonly children: Iterable<Element>;
}

function textsOf(document: Page, selector: string): string[] {
  return Array.from(document.querySelectorAll(selector), (element: Element) => element.textContent ?? '');
}

/** The texts of a table's cells, row by row. */
function rowsOf(document: Page, selector: string): string[][] {
  return Array.from(document.querySelectorAll(`${selector} tr`), (row: Element) =>
    Array.from(row.children, (cell) => cell.textContent?.trim() ?? ''),
  );
}

describe('the report of an evaluated run', async () => {
  const data = await reportData({ classes: threeClasses, steps: 20 });
  const { evaluation } = data;
  if (!evaluation) throw new Error('there is an evaluation');
  const { metrics, errors } = evaluation;
  const document = documentOf(data);

  it('starts with AP_d and AP_m', () => {
    expect(textOf(document, 'h1')).toBe('a-run-2026-01-31-120000');
    expect(textOf(document, '.tile.boxes')).toContain(`AP_d${percent(metrics.AP_d)}boxes: VOC, all-point`);
    expect(textOf(document, '.tile.masks')).toContain(`AP_m${percent(metrics.AP_m)}masks: VOC, all-point`);
    expect(metrics.AP_m).toBeGreaterThan(0.1);
  });

  it('has each class, and their mean', () => {
    const rows = rowsOf(document, '#classes table');
    expect(rows).toHaveLength(5);
    const { truths, detections, AP_d, AP_m } = metrics.perClass.dog;
    const coco = metrics.coco.mask?.perClass.dog.AP;
    expect(rows).toContainEqual(['dog', `${truths}`, `${detections}`, ...[AP_d, AP_m, coco].map(percent)]);
    expect(rows[4].slice(3)).toEqual([metrics.AP_d, metrics.AP_m, metrics.coco.mask?.AP].map(percent));
  });

  it('counts mistakes, and says what was taken for what', () => {
    const kinds = rowsOf(document, '#mistakes .figures table');
    expect(kinds[1].slice(1)).toEqual([
      String(errors.counts.confusion),
      percent((errors.AP ?? 0) + (errors.gain.confusion ?? 0)),
    ]);
    expect(errors.counts.confusion).toBeGreaterThan(0);
    const matrix = rowsOf(document, '.matrix');
    expect(matrix[0].slice(1)).toEqual([...threeClasses, 'missed']);
    const shown = (count: number) => (count === 0 ? '·' : String(count));
    const cat = threeClasses.map((name) =>
      name === 'cat'
        ? errors.perClass.cat.correct
        : (errors.confusions.find(({ groundTruth, detected }) => groundTruth === 'cat' && detected === name)
            ?.count ?? 0),
    );
    expect(matrix[1]).toEqual(['cat', ...[...cat, errors.perClass.cat.miss].map(shown)]);
    expect(matrix.slice(4).map(([name]) => name)).toEqual([
      'badly placed',
      'both',
      'duplicate',
      'background',
    ]);
    expect(matrix[7].slice(1, 4)).toEqual(
      threeClasses.map((name) => shown(errors.perClass[name].background)),
    );
  });

  it('shows the best, the median and the worst images, ground truth beside prediction', async () => {
    const pictures = [...document.querySelectorAll('#images img')];
    expect(pictures).toHaveLength(3 * 3 * 2);
    for (const picture of pictures) {
      const [, base64] = picture.getAttribute('src')?.split('base64,') ?? [];
      const { format, width, height } = await sharp(Buffer.from(base64, 'base64')).metadata();
      expect(format).toBe('webp');
      expect([width, height].map(String)).toEqual(
        ['width', 'height'].map((name) => picture.getAttribute(name)),
      );
    }
    expect(textsOf(document, '#images h3')).toEqual(['Best', 'Median', 'Worst']);
    const [best] = evaluation.gallery[0].images;
    expect(textOf(document, '#images article')).toContain(
      `${best.id} quality ${percent(best.quality)} ${best.correct} correct`,
    );
  });

  it('has the losses, the validations, the config and the versions', () => {
    expect(textOf(document, '#training p')).toBe(
      '20 of 20 000 steps of 2 images; 4.00 images per second (median).',
    );
    const titles = textsOf(document, '#training .title');
    expect(titles).toEqual(['Losses', 'Validation', 'Learning rate']);
    expect(rowsOf(document, '#training table')[3]).toEqual(['total', '3.00', '0.150']);
    expect(textOf(document, '#config')).toContain('training.learningRate0.02');
    expect(textOf(document, '#config')).toContain('model.rpn.anchorSizes32, 64, 128, 256, 512');
    expect(textOf(document, '#versions')).toContain('atto0.1.0');
  });

  it('compares with nobody: the data are others', () => {
    expect(textOf(document, '#metrics')).toContain('This report is about Pascal VOC 2007, val');
    expect(document.querySelector('#metrics table')).toBeNull();
  });
});

test("on the paper's data, the paper's figures stand beside, and others by their protocols", async () => {
  const data = await reportData({ classes: vocClasses, overrides: ['data.year=2012'] });
  const document = documentOf(data);
  const metrics = data.evaluation?.metrics;
  const rows = rowsOf(document, '#metrics table');
  expect(rows[1].slice(1)).toEqual([percent(metrics?.AP_d), percent(metrics?.AP_m)]);
  expect(rows[2].slice(1)).toEqual(['65.5', '60']);
  expect(rows[3][0]).toContain('ResNet-50 Mask R-CNN');
  expect(rows[3].slice(1)).toEqual(['–', '–']);
  expect(rows).toContainEqual([
    'masks, 11-point, IoU\u00a0≥\u00a00.5',
    '66.0',
    percent(metrics?.voc.mask?.AP50_11point),
  ]);
  expect(rows).toContainEqual(['boxes, COCO AP', '53.6', percent(metrics?.coco.box.AP)]);
  for (const overrides of [
    ['data.year=2012', 'data.val=train'],
    ['data.year=2012', 'data.classes=person'],
  ]) {
    const other = documentOf(await reportData({ classes: ['person'], images: 4, overrides }));
    expect(other.querySelector('#metrics table')).toBeNull();
  }
});

test('names are escaped wherever they stand', async () => {
  const name = '<img src=x onerror="alert(1)">&';
  const data = await reportData({ classes: [name, 'dog'], images: 4, steps: 3 });
  const page = detectionReportPage({ ...data, name });
  expect(page.includes('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;')).toBe(true);
  const document = documentOf({ ...data, name });
  expect(textOf(document, 'h1')).toBe(name);
  expect(document.querySelector('[onerror]')).toBeNull();
  expect(document.querySelector('#curves .multiples svg')?.getAttribute('aria-label')).toContain(name);
  expect(rowsOf(document, '#classes table').map(([first]) => first)).toContain(name);
});

test('says when the validation shown is not that of the weights', async () => {
  const data = await reportData({ classes: threeClasses, images: 4, steps: 20 });
  const factsAfter = (step: number) =>
    textOf(
      documentOf({ ...data, ...(data.evaluation && { evaluation: { ...data.evaluation, step } }) }),
      '.facts',
    );
  expect(factsAfter(10)).toContain('after 10 steps, evaluated on');
  expect(factsAfter(10)).toContain('The run’s weights are those of step 20');
  expect(factsAfter(20)).not.toContain('weights');
});

describe('whatever there is, there is a page', () => {
  it('of losses only, which says so', () => {
    const document = documentOf(lossesOnly(1));
    expect(textOf(document, 'header')).toContain('after 1 step of training. It wasn’t evaluated. atto eval');
    expect(textsOf(document, 'main h2')).toEqual(['Training', 'Config', 'Versions and machine']);
  });

  it('without detections', async () => {
    const document = documentOf(await reportData({ classes: threeClasses, detected: false }));
    expect(textOf(document, '.tile.masks .value')).toBe('0.0');
    expect(textOf(document, '#scores')).toContain('There are no detections');
    // Without the missed there is nothing left to be found.
    expect(rowsOf(document, '#mistakes .figures table')[6].slice(1)).toEqual(['43', '–']);
    expect(textOf(document, '#images')).toContain('here, none does');
  });

  it('without annotated objects', async () => {
    const document = documentOf(await reportData({ classes: threeClasses, images: 8, objects: false }));
    expect(textOf(document, '.tile.masks .value')).toBe('–');
    expect(textOf(document, '#metrics')).toContain('Without objects to be found, no metric is defined');
    expect(textOf(document, '#scores')).toContain('is correct');
  });

  it('without images', async () => {
    const document = documentOf(await reportData({ classes: threeClasses, images: 0 }));
    expect(textOf(document, '#images')).toContain('There is no image with an object or a detection');
    expect(textOf(document, '#mistakes')).toContain(
      'No detection scores 0.5 or more, and no object is missed',
    );
  });

  it('without masks', async () => {
    const data = await reportData({ classes: threeClasses, images: 4 });
    if (!data.evaluation) throw new Error('there is an evaluation');
    const { metrics, curves, errors } = data.evaluation;
    const perClass = Object.fromEntries(
      Object.entries(metrics.perClass).map(([name, each]) => [name, { ...each, AP_m: null }]),
    );
    const document = documentOf({
      ...data,
      evaluation: {
        ...data.evaluation,
        metrics: {
          ...metrics,
          AP_m: null,
          perClass,
          voc: { ...metrics.voc, mask: null },
          coco: { ...metrics.coco, mask: null },
        },
        curves: { ...curves, mask: null },
        errors: { ...errors, geometry: 'box' },
      },
    });
    expect(textOf(document, '.tile.masks .value')).toBe('–');
    expect(textOf(document, '#metrics')).toContain('There are no masks, so only boxes are scored');
    expect(rowsOf(document, '#classes table')[0]).toHaveLength(5);
    expect(textOf(document, '#mistakes')).toContain('by boxes');
  });

  it('of one class, and of few images: then all are shown', async () => {
    const document = documentOf(await reportData({ classes: ['person'], images: 4 }));
    expect(textOf(document, '#images h3')).toBe('All images, best first');
    expect(rowsOf(document, '#classes table')).toHaveLength(3);
  });

  it('of 80 classes: curves folded away, confusions as a list', async () => {
    const document = documentOf(await reportData({ classes: manyClasses, images: 300 }));
    expect(document.querySelector('.matrix')).toBeNull();
    expect(rowsOf(document, '#mistakes table').at(-1)).toHaveLength(3);
    expect(document.querySelector('#curves details')?.hasAttribute('open')).toBe(false);
    expect(rowsOf(document, '#classes table')).toHaveLength(82);
  });

  it('of 5,000 images', async () => {
    const document = documentOf(await reportData({ classes: threeClasses, images: 5000 }));
    expect(textOf(document, 'header')).toContain('5000 images, 7500 objects');
    expect(document.querySelectorAll('#images img')).toHaveLength(18);
  });
});
