import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..');
const repositoryModules = path.join(root, 'node_modules');

/** Program for each entry of the package, with the text that it prints. */
const programs: Readonly<Record<string, { readonly source: string; readonly prints: string }>> = {
  '.': {
    source: `
      import { decodeMask, load, maskArea, type RunLengthMask, UserError } from 'atto-maskrcnn';

      const mask: RunLengthMask = { height: 2, width: 2, counts: Uint32Array.of(1, 2, 1) };
      console.log(maskArea(mask), decodeMask(mask).join());
      await load('missing.safetensors').catch((error: unknown) => {
        console.log(error instanceof UserError, error instanceof Error && error.message);
      });`,
    prints: '2 0,1,1,0\ntrue missing.safetensors: there is no such file\n',
  },
  './training': {
    source: `
      import { type TrainingResult, train } from 'atto-maskrcnn/training';

      const result: TrainingResult = await train(
        {
          model: {
            backbone: { name: 'attonet-d' },
            fpn: { channels: 16 },
            box: { representation: 16 },
            mask: { channels: 8, layers: 1 },
          },
          input: { shorterSide: 64, longerSide: 107 },
          data: { format: 'shapes', root: 'training/data', trainImages: 2, valImages: 1 },
          training: { steps: 1, batchSize: 2, learningRate: 0.001 },
        },
        { out: 'training/run' },
      );
      console.log(result.steps, result.run.weights);`,
    prints: `1 ${path.join('training', 'run', 'weights.safetensors')}\n`,
  },
  './evaluation': {
    source: `
      import { summarizeNetworks } from 'atto-maskrcnn/evaluation';

      const file = 'node_modules/atto-maskrcnn/configs/voc2012/atto-mask-rcnn.ts';
      const { summaries } = await summarizeNetworks([file]);
      console.log(summaries.map(({ parameters }) => parameters));`,
    prints: '[ 18295173 ]\n',
  },
  './datasets': {
    source: `
      import { check, type CheckedData } from 'atto-maskrcnn/datasets';

      const { result }: CheckedData = await check({
        data: { format: 'shapes', root: 'checked', trainImages: 3, valImages: 2 },
        training: { steps: 1, batchSize: 1, learningRate: 0.001 },
      });
      console.log(result.complete, result.faults);`,
    prints: 'true 0\n',
  },
  './drawing': {
    source: `
      import type { Detection, RgbImage } from 'atto-maskrcnn';
      import { drawDetections, encodePng } from 'atto-maskrcnn/drawing';

      const image: RgbImage = { width: 4, height: 2, data: new Uint8Array(24) };
      const mask = { height: 2, width: 4, counts: Uint32Array.of(2, 4, 2) };
      const found: Detection = { box: [1, 0, 3, 2], label: 0, category: 'bolt', score: 0.9, mask };
      const canvas = drawDetections(image, [found], { scale: 8 });
      const png = await encodePng(canvas);
      console.log(canvas.width, canvas.height, png.toString('latin1', 1, 4));`,
    prints: '32 16 PNG\n',
  },
  './config': {
    source: `
      import { type Config, type ConfigInput, defineConfig, loadConfig, parseConfig } from 'atto-maskrcnn/config';

      const input: ConfigInput = defineConfig({
        data: { format: 'coco', root: 'parts', classes: ['bolt', 'nut'] },
        training: { steps: 100, batchSize: 2, learningRate: 0.01 },
      });
      const parsed: Config = parseConfig(input, { training: { steps: 7 } }, 'a program');
      const loaded: Config = await loadConfig('node_modules/atto-maskrcnn/configs/shapes/shapes.ts', ['seed=3']);
      console.log(parsed.training.steps, loaded.seed, loaded.data.format);`,
    prints: '7 3 shapes\n',
  },
  './backbone': {
    source: `
      import {
        type BackboneBuilder,
        type Convolution,
        kaimingNormal,
        normedConvolutionLayer,
        registerBackbone,
      } from 'atto-maskrcnn/backbone';
      import { countNetwork } from 'atto-maskrcnn/evaluation';

      const plain: BackboneBuilder = (stage) => {
        const layer = (index: number): Convolution => {
          const { scope, norm } = stage(index);
          const own = scope.child('conv' + index);
          return normedConvolutionLayer(
            { convolution: own.child('0'), norm: own.child('1') },
            { in: index === 0 ? 3 : 4, out: 4, kernel: 3, stride: 2, initializer: kaimingNormal(36) },
            norm,
          );
        };
        const [stem, c2, c3, c4, c5] = [0, 1, 2, 3, 4].map(layer);
        return {
          channels: [4, 4, 4, 4],
          stem: (ops, x) => ops.convolution(stem, x),
          stages: [
            (ops, x) => ops.convolution(c2, x),
            (ops, x) => ops.convolution(c3, x),
            (ops, x) => ops.convolution(c4, x),
            (ops, x) => ops.convolution(c5, x),
          ],
          classifier: { name: 'fc', dropout: 0 },
        };
      };
      registerBackbone('plain', plain);
      const { parameters } = await countNetwork({
        task: 'classification',
        model: { backbone: { name: 'plain', norm: 'batch' } },
        data: { format: 'image-folder', root: 'images', classes: ['bolt', 'nut'] },
        training: { steps: 1, batchSize: 1, learningRate: 0.001 },
      });
      console.log(parameters);`,
    // Kernels, scales and shifts of five convolutions; weights and biases of two outputs.
    prints: `${9 * 3 * 4 + 4 * 9 * 4 * 4 + 5 * 2 * 4 + 2 * 4 + 2}\n`,
  },
};

/** Name of an entry's program without its extension. */
const fileOf = (entry: string): string => entry.replace('.', 'program').replace('/', '-');

let folder: string;
let compilerErrors: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'atto-package-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  const modules = path.join(folder, 'node_modules');
  const unpacked = path.join(modules, 'atto-maskrcnn');
  await mkdir(unpacked, { recursive: true });
  await run('tar', ['-xf', path.join(folder, stdout.trim()), '-C', unpacked, '--strip-components=1']);
  // What npm would install beside the package, and the types of Node that every Node program has.
  const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true });
    await symlink(path.join(repositoryModules, name), path.join(modules, name));
  }
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');

  for (const [entry, { source }] of Object.entries(programs)) {
    await writeFile(path.join(folder, `${fileOf(entry)}.ts`), source);
  }
  const files = Object.keys(programs).map((entry) => `${fileOf(entry)}.ts`);
  const libraries = ['--lib', 'es2023', '--types', 'node'];
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', ...libraries];
  const tsc = path.join(repositoryModules, '.bin', 'tsc');
  const outcome = await run(tsc, [...options, ...files], { cwd: folder }).catch((error) => error);
  // Dependencies lie outside: their declarations have errors of their own.
  compilerErrors = outcome.stdout.split('\n').filter((line: string) => line !== '' && !line.startsWith('..'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has a program here for each entry', async () => {
  const { exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  expect(Object.keys(exports).filter((entry) => entry !== './package.json')).toEqual(Object.keys(programs));
});

it('type-checks in strict TypeScript', () => {
  expect(compilerErrors).toEqual([]);
});

it.each(Object.entries(programs))('runs a program that imports %s', async (entry, { prints }) => {
  const { stdout } = await run(process.execPath, [`${fileOf(entry)}.js`], { cwd: folder });
  expect(stdout).toBe(prints);
});

it('keeps all other modules private', async () => {
  expect(existsSync(path.join(folder, 'node_modules/atto-maskrcnn/dist/errors.js'))).toBe(true);
  const script = "import('atto-maskrcnn/dist/errors.js').catch(({ code }) => console.log(code))";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
  expect(stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});
