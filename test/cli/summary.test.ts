import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { registerSummary } from '../../src/cli/summary.js';
import { UserError } from '../../src/errors.js';

const folder = mkdtempSync(path.join(tmpdir(), 'atto-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));
const rest = { data: { format: 'voc', root: 'data' }, training: { steps: 1, learningRate: 1 } };
function write(name: string, config: object): string {
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify({ ...rest, ...config }));
  return file;
}
const atto = write('atto.json', { model: { box: { representation: 688 } } });
const r50 = write('r50.json', { model: { backbone: { name: 'resnet50', norm: 'frozen' } } });

let output = '';
let messages = '';
beforeEach(() => {
  output = '';
  messages = '';
  vi.spyOn(console, 'log').mockImplementation((text) => {
    output += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => {
    messages += `${text}\n`;
  });
});

async function summary(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerSummary(program);
  await program.parseAsync(['summary', ...args], { from: 'user' });
}

test('prints figures, parts and assumptions of each config as JSON, and nothing else', async () => {
  await summary(atto, r50, '--size', '1024x768', '--box-rois', '300', '--mask-rois', '0', '--json');
  const [first, second, ...more] = JSON.parse(output);
  expect(more).toEqual([]);
  expect(first).toMatchObject({ config: atto, parameters: 18_295_173 });
  expect(second).toMatchObject({ config: r50, parameters: 44_024_653 });
  expect(first.parts.map(({ name }: { name: string }) => name)).toEqual([
    'backbone',
    'FPN',
    'RPN',
    'box head',
    'mask head',
  ]);
  expect(first.parts[3].multiplyAdds).toBe(300 * (688 * (12544 + 688 + 5 * 21)));
  expect(first.parts[4].multiplyAdds).toBe(0);
  expect(first.assumptions).toMatchObject({
    images: 1,
    inputSize: [1024, 768],
    paddedSize: [1024, 768],
    boxRois: 300,
    maskRois: 0,
    classes: 20,
  });
  expect(messages).toBe('');
});

test("takes the config's largest input, padded, and overrides for all configs", async () => {
  await summary(atto, r50, 'input.shorterSide=400', 'data.classes=person,car', '--json');
  for (const { assumptions } of JSON.parse(output)) {
    expect(assumptions).toMatchObject({
      inputSize: [400, 666],
      paddedSize: [416, 672],
      boxRois: 1000,
      maskRois: 100,
      classes: 2,
    });
  }
});

test('counts the classes that a COCO file names', async () => {
  const categories = ['cup', 'plate', 'fork'].map((name, i) => ({ id: i + 1, name }));
  const annotations = path.join(folder, 'train.json');
  writeFileSync(annotations, JSON.stringify({ images: [], annotations: [], categories }));
  const file = write('coco.json', { data: { format: 'coco', root: folder, train: 'train.json' } });
  await summary(file, '--json');
  expect(JSON.parse(output)[0].assumptions.classes).toBe(3);
});

test('prints a table of one config', async () => {
  await summary(atto, '--size', '1024x1024');
  expect(output).toBe('');
  expect(messages).toMatch(/ atto .*\n.* 1024 × 1024 /);
  expect(messages).toMatch(/│ backbone +│ +2,936,424 │ +12\.09 G │/);
  expect(messages).toMatch(/│ total +│ +18,295,173 │ +181\.95 G │/);
  expect(messages).not.toMatch(/ratio|padded/);
  expect(messages).toContain('with 1000 RoIs in the box head and 100 in the mask head');
  expect(messages).toContain('not norms, activations');
});

test('puts several configs side by side, with ratios', async () => {
  await summary(atto, r50, '--size', '1000x1000');
  expect(messages).toMatch(/│ +atto +│ +r50 +│/);
  expect(messages).toMatch(/padded to +│ +1024 × 1024 +│ +1024 × 1024/);
  expect(messages).toMatch(/ratio to the first │ +1\.00 × │ +1\.00 × │ +2\.41 × │ +1\.44 × │/);
});

test('tells configs of the same name apart', async () => {
  await summary(atto, atto);
  expect(messages).toMatch(new RegExp(`${atto} +│ +${atto}`));
});

test.each([
  [['--size', '1024'], '--size 1024: must be height and width'],
  [['--size', '0x64'], '--size 0x64'],
  [['--box-rois', 'many'], '--box-rois many: must be a whole number'],
  [['--mask-rois', '-1'], '--mask-rois -1'],
  [['model.bckbone.name=resnet50'], 'did you mean model.backbone?'],
])('refuses %j', async (more, message) => {
  await expect(summary(atto, ...more)).rejects.toThrow(UserError);
  await expect(summary(atto, ...more)).rejects.toThrow(message);
});

test('asks for a config where there are only overrides', async () => {
  await expect(summary('seed=3')).rejects.toThrow('of which config?');
});
