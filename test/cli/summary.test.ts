import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { registerSummary } from '../../src/cli/commands/summary.js';
import { parseConfig } from '../../src/config/parse.js';
import { UserError } from '../../src/errors.js';
import { atto as builtAtto } from '../support/atto.js';
import { runCommand } from '../support/run-command.js';

// cspell:ignore bckbone

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
});

async function summary(...args: string[]): Promise<void> {
  const { stdout, stderr } = await runCommand(registerSummary, ['summary', ...args]);
  output += stdout;
  messages += stderr;
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
  expect(messages).toBe('');
  expect(output).toMatch(/ atto .*\n.* 1024 × 1024 /);
  expect(output).toMatch(/│ backbone +│ +2,936,424 │ +12\.09 G │/);
  expect(output).toMatch(/│ total +│ +18,295,173 │ +181\.95 G │/);
  expect(output).not.toMatch(/ratio|padded/);
  expect(output).toContain('with 1000 RoIs in the box head and 100 in the mask head');
  expect(output).toContain('not norms, activations');
});

test('puts several configs side by side, with ratios', async () => {
  await summary(atto, r50, '--size', '1000x1000');
  expect(output).toMatch(/│ +atto +│ +r50 +│/);
  expect(output).toMatch(/padded to +│ +1024 × 1024 +│ +1024 × 1024/);
  expect(output).toMatch(/ratio to the first │ +1\.00 × │ +1\.00 × │ +2\.41 × │ +1\.44 × │/);
});

test('tells configs of the same name apart', async () => {
  await summary(atto, atto);
  expect(output).toMatch(new RegExp(`${atto} +│ +${atto}`));
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

const configs = path.join(import.meta.dirname, '..', '..', 'configs', 'imagenet50');
const table2 = readdirSync(configs).map((name) => path.join(configs, name));
const ofAttoNetD = path.join(configs, 'attonet-d.ts');

/** A run's folder as training and evaluation leave it, as far as a summary reads it. */
function writeRun(run: string, backbone: string, metrics?: string): string {
  mkdirSync(run, { recursive: true });
  const config = parseConfig(
    {
      task: 'classification',
      model: { backbone: { name: backbone }, outputs: 51 },
      data: { format: 'image-folder', root: 'data' },
      training: { steps: 1, learningRate: 1 },
    },
    [],
    run,
  );
  writeFileSync(path.join(run, 'config.json'), JSON.stringify(config));
  if (metrics !== undefined) writeFileSync(path.join(run, 'metrics.json'), metrics);
  return run;
}

describe("the paper's Table 2", () => {
  test('as JSON: counted figures, the printed row, and the NetScore of both', async () => {
    await summary(...table2, '--json');
    const rows = JSON.parse(output);
    expect(rows).toHaveLength(7);
    expect(rows[3]).toMatchObject({
      config: ofAttoNetD,
      task: 'classification',
      parameters: 323_205,
      multiplyAdds: 100_086_504,
      shortcutMultiplyAdds: 100_086_504 - 48_483_428,
      assumptions: { images: 1, inputSize: [224, 224], outputs: 51 },
      published: {
        name: 'AttoNet-D',
        top1: 0.663,
        multiplyAdds: 57.5e6,
        parameters: 0.32e6,
        netScore: 90.21,
      },
    });
    // 40 · log10(66.3) − 10 · log10(0.323205 · 0.100086504)
    expect(rows[3].published.netScoreOfCounts).toBeCloseTo(72.8606 + 14.9013, 3);
    expect(rows[3]).not.toHaveProperty('measured');
  });

  test('as a table that says where and why figures differ', async () => {
    await summary(...table2);
    expect(messages).toBe('');
    const numbers = (name: string) => new RegExp(`│ ${name} .*│`).exec(output)?.[0].match(/[−+]?[\d,.]+/g);
    const attoNetA = ['2,985,027', '2.97', '+0.5', '578.4', '424.8', '+36.2', '73.00', '73.53', '72.16'];
    expect(numbers('attonet-a')).toEqual(attoNetA);
    const shuffleNet = ['1,305,879', '1.32', '−1.1', '143.9', '140.1', '+2.7', '65.00', '79.85', '79.78'];
    // The first number is that of its name.
    expect(numbers('shufflenet-v2')?.slice(1)).toEqual(shuffleNet);
    expect(output).toContain('224 × 224 pixels, with 51 outputs');
    expect(output).toContain('AttoNet-A 417.8 M, AttoNet-B 271.0 M, AttoNet-C 127.8 M, AttoNet-D 48.5 M');
    expect(output).not.toMatch(/measured|RoIs in the box head|ratio/);
  });

  test('stands beside networks like its own only', async () => {
    await summary(ofAttoNetD, 'input.size=192');
    expect(output).toMatch(/│ attonet-d │ +323,205 │ +73\.5 M │/);
    expect(output).toContain('For one image of 192 × 192 pixels, with 51 outputs.');
    expect(output).not.toMatch(/printed|NetScore|differ/);
    output = '';
    await summary(ofAttoNetD, 'model.outputs=10', '--size', '224x224', '--json');
    expect(JSON.parse(output)[0]).not.toHaveProperty('published');
  });

  test('has what runs measured, with its NetScore', async () => {
    const run = writeRun(path.join(folder, 'measured'), 'attonet-d', '{"top1": 0.5, "top5": 0.9}');
    await summary(run, ofAttoNetD, '--json');
    const [measured, config] = JSON.parse(output);
    expect(measured.measured).toMatchObject({ run, top1: 0.5 });
    // 40 · log10(50) instead of 40 · log10(66.3)
    expect(measured.measured.netScore - config.published.netScoreOfCounts).toBeCloseTo(
      40 * Math.log10(50 / 66.3),
      9,
    );
    await summary(run);
    expect(output).toMatch(/│ +printed +│ +measured +│ +printed +│ +counted +│ +measured │/);
    expect(output).toMatch(/│ measured +│.*│ +66\.30 % │ +50\.00 % │ +90\.21 │ +87\.76 │ +82\.86 │/);
    expect(output).toContain(`Measured: ${run}.`);
  });

  test('has no measured figures for another size', async () => {
    const run = writeRun(path.join(folder, 'sized'), 'attonet-d', '{"top1": 0.5}');
    await summary(run, '--size', '192x192', '--json');
    expect(JSON.parse(output)[0]).not.toHaveProperty('measured');
  });

  test('has no measured figures for another network than the run', async () => {
    const run = writeRun(path.join(folder, 'changed'), 'attonet-d', '{"top1": 0.5}');
    for (const change of ['model.backbone.name=attonet-c', 'model.outputs=50', 'input.size=192']) {
      output = '';
      await summary(run, change, '--json');
      expect(JSON.parse(output)[0]).not.toHaveProperty('measured');
    }
    output = '';
    await summary(run, 'data.root=/elsewhere', '--json');
    expect(JSON.parse(output)[0].measured.top1).toBe(0.5);
  });

  test('says which run is not evaluated yet', async () => {
    const run = writeRun(path.join(folder, 'new'), 'attonet-d');
    await summary(run);
    expect(messages).toContain(`${run}: has no top-1 yet; measure it with: atto eval ${run}`);
    expect(output).toMatch(/│ new +│ +323,205 │/);
  });

  test.each(['{"top1": 63}', '{"AP_m": 0.3}', '{'])('refuses metrics.json with %s', async (metrics) => {
    const run = writeRun(path.join(folder, 'damaged'), 'attonet-d', metrics);
    await expect(summary(run)).rejects.toThrow(UserError);
    await expect(summary(run)).rejects.toThrow('metrics.json: holds no top1 from 0 to 1');
  });

  test("a config file's figures are those of its newest run of the same network", async () => {
    const cwd = mkdtempSync(path.join(folder, 'runs-'));
    writeRun(path.join(cwd, 'runs', 'attonet-d-2026-01-30-120000'), 'attonet-d', '{"top1": 0.4}');
    const newest = path.join('runs', 'attonet-d-2026-01-31-120000');
    writeRun(path.join(cwd, newest), 'attonet-d', '{"top1": 0.6}');
    const { code, stdout } = await builtAtto(['summary', ofAttoNetD, '--json'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)[0].measured).toMatchObject({ run: newest, top1: 0.6 });
    const other = await builtAtto(['summary', ofAttoNetD, 'model.outputs=60', '--json'], { cwd });
    expect(JSON.parse(other.stdout)[0]).not.toHaveProperty('measured');
  });
});

test('counts the detectors of configs/voc2012 as README says', async () => {
  const detectors = path.join(configs, '..', 'voc2012');
  await summary(...readdirSync(detectors).map((name) => path.join(detectors, name)), '--json');
  const found: { config: string; parameters: number; multiplyAdds: number }[] = JSON.parse(output);
  const rows = found.map(({ config, parameters, multiplyAdds }) => [
    path.parse(config).name,
    parameters,
    Number((multiplyAdds / 1e9).toFixed(2)),
  ]);
  expect(Object.fromEntries(rows.map(([name, ...figures]) => [name, figures]))).toEqual({
    'atto-mask-rcnn': [18_295_173, 185.03],
    'atto-mask-rcnn-b': [17_116_885, 180.84],
    'atto-mask-rcnn-c': [16_216_553, 176.16],
    'atto-mask-rcnn-d': [15_328_395, 172.51],
    'atto-mask-rcnn-light': [1_840_059, 3.85],
    'mask-rcnn-r50-c4': [35_287_945, 1010.96],
    'mask-rcnn-r50-fpn': [44_024_653, 267.43],
  });
});

test('prints detectors and classifiers in tables of their own', async () => {
  await summary(atto, ofAttoNetD);
  expect(output).toMatch(/│ total +│ +18,295,173 │/);
  expect(output).toMatch(/│ attonet-d │ +323,205 │/);
});

test('refuses what is neither a config nor a run', async () => {
  await expect(summary(path.join(folder, 'absent.ts'))).rejects.toThrow('there is no such config');
  await expect(summary(folder)).rejects.toThrow("is this a run's folder?");
});

test('a config file may register a backbone of its own', async () => {
  const project = mkdtempSync(path.join(folder, 'project-'));
  mkdirSync(path.join(project, 'node_modules'));
  symlinkSync(
    path.join(import.meta.dirname, '..', '..'),
    path.join(project, 'node_modules', 'atto-maskrcnn'),
  );
  writeFileSync(
    path.join(project, 'own.ts'),
    `import { defineConfig } from 'atto-maskrcnn';
import { convolutionLayer, kaimingNormal, registerBackbone } from 'atto-maskrcnn/backbone';

registerBackbone('plain', (stage) => {
  const layers = [3, 8, 8, 8, 8].map((channels, i) =>
    convolutionLayer(stage(i).scope.child('conv' + i), {
      in: channels, out: 8, kernel: 3, stride: 2, initializer: kaimingNormal(9 * channels), activation: 'relu',
    }),
  );
  const [stem, ...stages] = layers.map((layer) => (ops, x) => ops.convolution(layer, x));
  return { stem, stages, channels: [8, 8, 8, 8], classifier: { name: 'fc', dropout: 0 } };
});

export default defineConfig({
  model: { backbone: { name: 'plain' } },
  data: { format: 'voc', root: 'data' },
  training: { steps: 1, learningRate: 0.1 },
});
`,
  );
  const { code, stdout, stderr } = await builtAtto(['summary', 'own.ts', '--json'], { cwd: project });
  expect(code, stderr).toBe(0);
  const [backbone] = JSON.parse(stdout)[0].parts;
  expect(backbone.name).toBe('backbone');
  // A first convolution of 3 channels and four of 8, with biases.
  expect(backbone.parameters).toBe(9 * 8 * (3 + 4 * 8) + 5 * 8);
});
