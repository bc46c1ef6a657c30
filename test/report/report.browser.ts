import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { vocClasses } from '../../src/datasets/voc/classes.js';
import { type DetectionReportContent, detectionReportPage } from '../../src/report/detection-report.js';
import { findChromium } from '../support/chromium.js';
import { lossesOnly, reportData } from '../support/report-data.js';
import { tempFolder } from '../support/temp-folder.js';

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn('No browser, so nothing is tested: install chromium, or name one by CHROMIUM.');
}

const classes80 = Array.from({ length: 80 }, (_, i) => `a class with a rather long name, ${i + 1}`);
const situations: Readonly<Record<string, () => DetectionReportContent | Promise<DetectionReportContent>>> = {
  "a run on the paper's data": () =>
    reportData({ classes: vocClasses, images: 200, steps: 300, overrides: ['data.year=2012'] }),
  'losses only': () => lossesOnly(40),
  'no detections': () => reportData({ classes: ['cat', 'dog'], detected: false }),
  'no objects': () => reportData({ classes: ['cat'], objects: false }),
  '80 classes': () => reportData({ classes: classes80, images: 400 }),
};

describe.skipIf(executablePath === undefined)('the report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    // Who runs as root, as in a container, has to do without Chromium's sandbox.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
  });
  afterAll(() => browser.close());

  /** Opens a report; what it says on the console or asks the network for is collected in `complaints`. */
  async function open(data: DetectionReportContent, width: number, colorScheme: 'light' | 'dark') {
    const file = path.join(tempFolder(), 'report.html');
    writeFileSync(file, detectionReportPage(data));
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    const url = pathToFileURL(file).href;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(url);
    return { page, complaints };
  }

  describe.each(Object.entries(situations))('of %s', (_, situation) => {
    test.each([
      [390, 'light'],
      [390, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const)('at %i px, %s', async (width, colorScheme) => {
      const { page, complaints } = await open(await situation(), width, colorScheme);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await page.evaluate('[...document.images].every(({ naturalWidth }) => naturalWidth > 0)')).toBe(
        true,
      );
      expect(await page.evaluate('document.fonts.check("600 16px Inter")')).toBe(true);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  });

  test('prints dark on white whatever the screen is, without what leads elsewhere', async () => {
    const { page } = await open(await situations['losses only'](), 1280, 'dark');
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(18, 21, 25)');
    await page.emulateMedia({ media: 'print' });
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await page.isVisible('nav')).toBe(false);
  });
});

/** Violations that axe finds: contrast, names, structure. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>('axe.run()');
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`,
  );
}
