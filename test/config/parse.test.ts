import path from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { parseConfig, parseSavedConfig } from '../../src/config/parse.js';
import { requireClassification, requireDetection } from '../../src/config/require-task.js';
import { datasetFormats } from '../../src/datasets/formats.js';
import { UserError } from '../../src/errors.js';

// cspell:ignore chanels clases labelsmoothing learningrate modell stpes

const minimal = { data: { format: 'voc', root: 'data' }, training: { steps: 10, learningRate: 0.01 } };
const parse = (overrides: string[], input: unknown = minimal) =>
  requireDetection(parseConfig(input, overrides, 'test.ts'), 'test.ts');

describe('parseConfig', () => {
  it('fills in the defaults', () => {
    const config = parse([]);
    expect(config.model).toMatchObject({ architecture: 'fpn', box: { representation: 1024 } });
    expect(config.model.rpn.preNmsTopK).toEqual({ train: 2000, test: 1000 });
    expect(config.input).toMatchObject({ shorterSide: 800, longerSide: 1333 });
    expect(config.training.schedule).toEqual({ kind: 'constant' });
    expect(config.data.format === 'voc' && config.data.classes).toHaveLength(20);
  });

  it('takes overrides of numbers, texts and lists', () => {
    const config = parse([
      'seed=3',
      'data.root=/photos',
      'data.classes=person,car',
      'model.rpn.anchorSizes=16,32,64,128,256',
      'training.clipNorm=0.5',
      'training.schedule={"kind":"cosine"}',
      'model.box.representation=688',
    ]);
    expect(config.seed).toBe(3);
    expect(config.data).toMatchObject({ root: '/photos', classes: ['person', 'car'] });
    expect(config.model.rpn.anchorSizes).toEqual([16, 32, 64, 128, 256]);
    expect(config.training.clipNorm).toBe(0.5);
    expect(config.training.schedule.kind).toBe('cosine');
    expect(config.model.box).toMatchObject({ representation: 688 });
  });

  it('drops what the file says of another kind than the one that is asked for', () => {
    const input = {
      ...minimal,
      training: { ...minimal.training, schedule: { kind: 'multi-step', milestones: [5] } },
    };
    expect(parse(['training.schedule.kind=cosine'], input).training.schedule).toEqual({ kind: 'cosine' });
    const shapes = { ...minimal, data: { format: 'shapes', root: 'shapes', trainImages: 3 } };
    expect(parse(['data.format=voc', 'data.year=2007'], shapes).data).toMatchObject({
      format: 'voc',
      root: 'shapes',
      year: 2007,
    });
    const fpn = { box: { representation: 688, roiSize: 8 }, fpn: { channels: 64 }, mask: { layers: 2 } };
    const { model } = parse(['model.architecture=c4'], { ...minimal, model: fpn });
    expect(model).toEqual(parse(['model.architecture=c4', 'model.box.roiSize=8']).model);
    // What the command line itself says stays, and is an error.
    const contradiction = ['data.format=voc', 'data.trainImages=5'];
    expect(() => parse(contradiction, shapes)).toThrow('data.trainImages goes with another data.format');
  });

  it('keeps a text a text', () => {
    expect(parse(['data.root=2012', 'data.train=1']).data).toMatchObject({ root: '2012', train: '1' });
  });

  it('means one size when the shorter side alone is given', () => {
    const multiScale = { ...minimal, input: { shorterSide: 800, multiScale: [640, 800], longerSide: 1200 } };
    const config = parse(['input.shorterSide=400'], multiScale);
    expect(config.input).toMatchObject({ shorterSide: 400, longerSide: 666 });
    expect(config.input.multiScale).toBeUndefined();
  });

  it('leaves the input alone', () => {
    const input = structuredClone(minimal);
    parse(['training.steps=20'], input);
    expect(input).toEqual(minimal);
  });

  it('takes overrides as an object, with the same effect as texts', () => {
    const shapes = { ...minimal, data: { format: 'shapes', root: 'shapes', trainImages: 3 } };
    const object = {
      seed: 3,
      data: { format: 'voc', year: 2007 },
      input: { shorterSide: 400 },
      model: { rpn: { anchorSizes: [16, 32, 64, 128, 256] } },
      training: { schedule: { kind: 'multi-step', milestones: [5] }, clipNorm: undefined },
    } as const;
    const file = { ...shapes, input: { longerSide: 999 }, training: { ...minimal.training, clipNorm: 1 } };
    const texts = [
      'seed=3',
      'data.format=voc',
      'data.year=2007',
      'input.shorterSide=400',
      'model.rpn.anchorSizes=16,32,64,128,256',
      'training.schedule={"kind":"multi-step","milestones":[5]}',
      'training.clipNorm=undefined',
    ];
    const config = parseConfig(file, object, 'test.ts');
    expect(config).toEqual(parseConfig(file, texts, 'test.ts'));
    expect(config.input).toMatchObject({ shorterSide: 400, longerSide: 666 });
    expect(config.data).toMatchObject({ format: 'voc', root: 'shapes', year: 2007 });
    expect(config.training.clipNorm).toBeUndefined();
    const misspelled = JSON.parse('{"training":{"stpes":3}}');
    expect(() => parseConfig(file, misspelled, 'test.ts')).toThrow('did you mean training.steps?');
  });

  it('reads former names of keys in files, and refuses them elsewhere with those of today', () => {
    const former = {
      ...minimal,
      model: { rpn: { batchSize: 64, positiveIou: 0.6 }, box: { negativeIou: 0.4, positiveFraction: 0.5 } },
    };
    expect(message(['model.box.positiveFraction=0.5'])).toBe(
      'model.box.positiveFraction is called model.box.foregroundFraction now',
    );
    const { model } = parseConfig(former, [], 'test.ts');
    expect(model).toMatchObject({
      rpn: { batchSizePerImage: 64, foregroundIou: 0.6 },
      box: { backgroundIou: 0.4, foregroundFraction: 0.5, batchSizePerImage: 512 },
    });
    const classifier = {
      task: 'classification',
      data: { format: 'image-folder', root: 'data' },
      input: { colourJitter: { brightness: 0.4 } },
      training: minimal.training,
    };
    expect(parseConfig(classifier, [], 'config.json').input).toMatchObject({
      colorJitter: { brightness: 0.4 },
    });
    expect(parseSavedConfig(classifier, [], 'config.json').input).toMatchObject({
      colorJitter: { brightness: 0.4 },
    });
  });

  it('gives a run of an earlier version the images that it had: none without objects', () => {
    expect(parseConfig(minimal, [], 'test.ts').data).toMatchObject({ emptyImages: 1, crowds: 'ignore' });
    expect(parseSavedConfig(minimal, [], 'config.json').data).toMatchObject({ emptyImages: 0 });
    const chosen = { ...minimal, data: { ...minimal.data, emptyImages: 0.5 } };
    expect(parseSavedConfig(chosen, [], 'config.json').data).toMatchObject({ emptyImages: 0.5 });
    const folder = { ...minimal, task: 'classification', data: { format: 'image-folder', root: 'data' } };
    expect(parseSavedConfig(folder, [], 'config.json').data).not.toHaveProperty('emptyImages');
  });

  const message = (overrides: string[], input: unknown = minimal): string => {
    try {
      parseConfig(input, overrides, 'test.ts');
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return error instanceof Error ? error.message : '';
    }
    throw new Error('nothing was thrown');
  };

  it('names a misspelled key and the nearest one', () => {
    expect(message(['training.learningrate=1'])).toBe(
      'unknown key training.learningrate; did you mean training.learningRate?',
    );
    expect(message([], { ...minimal, modell: {} })).toContain('unknown key modell; did you mean model?');
    expect(message([], { ...minimal, model: { backbone: { nrm: 'batch' } } })).toContain(
      'unknown key model.backbone.nrm; did you mean model.backbone.norm?',
    );
    expect(message(['data.clases=person'])).toContain('data.classes');
  });

  it('has other keys and defaults for each architecture', () => {
    const { model } = parse([
      'model.architecture=c4',
      'model.rpn.anchorSizes=64,128',
      'model.mask.channels=64',
    ]);
    expect(model).toMatchObject({
      architecture: 'c4',
      rpn: { anchorSizes: [64, 128], preNmsTopK: { train: 12000, test: 6000 } },
      box: { roiSize: 14 },
      mask: { channels: 64 },
    });
    expect(model).not.toHaveProperty('fpn');
    const wrong = { ...minimal, model: { architecture: 'c4', fpn: { channels: 64 } } };
    expect(message([], wrong)).toBe('test.ts: model.fpn goes with another model.architecture');
    expect(message(['model.architecture=c4', 'model.box.representation=688'])).toContain(
      'model.box.representation goes with another model.architecture',
    );
    expect(message(['model.architecture=c4', 'model.mask.chanels=6'])).toContain(
      'did you mean model.mask.channels?',
    );
    expect(message(['model.architecture=c5'])).toBe('test.ts: model.architecture: must be fpn or c4');
    expect(message(['model.rpn.anchorSizes=64,128'])).toContain('model.rpn.anchorSizes');
  });

  it('names an impossible value and where it stands', () => {
    expect(message(['training.steps=-1'])).toMatch(/^test\.ts: training\.steps: /);
    expect(message(['model.backbone.name=resnet'])).toContain('attonet-a');
    expect(message(['data.classes=a,a'])).toContain('named twice');
    expect(message([], { training: minimal.training })).toContain('data');
    expect(message([], 7)).toContain('test.ts');
    expect(message(['steps'])).toContain('key.path=value');
  });

  const classifier = {
    task: 'classification',
    data: { format: 'image-folder', root: 'data' },
    training: { steps: 10, learningRate: 0.01 },
  };
  const parseClassifier = (overrides: string[], input: unknown = classifier) =>
    requireClassification(parseConfig(input, overrides, 'test.ts'), 'test.ts');

  it('has other keys and defaults for a classifier', () => {
    const { model, input, data, training } = parseClassifier([
      'model.outputs=51',
      'input.crop.scale=0.2,1',
      'data.classes=cat,dog',
      'training.labelSmoothing=0.1',
    ]);
    expect(model).toMatchObject({ outputs: 51, backbone: { name: 'attonet-a', norm: 'batch' } });
    expect(input).toEqual({
      size: 224,
      resize: 256,
      crop: { scale: [0.2, 1], aspectRatio: [3 / 4, 4 / 3] },
      horizontalFlip: 0.5,
      colorJitter: { brightness: 0, contrast: 0, saturation: 0 },
    });
    expect(data).toMatchObject({
      train: 'train',
      val: 'val',
      classes: ['cat', 'dog'],
      skipUnreadable: false,
    });
    expect(training).toMatchObject({ momentum: 0.9, labelSmoothing: 0.1 });
    expect(training.emaDecay).toBeUndefined();
  });

  it('scales the shorter side of evaluation with the size, unless the file or the command line gives it', () => {
    const resized = { ...classifier, input: { size: 224, resize: 236 } };
    expect(parseClassifier([], resized).input.resize).toBe(236);
    expect(parseClassifier(['input.size=112'], resized).input.resize).toBe(128);
    expect(parseClassifier(['input.size=112', 'input.resize=112'], resized).input.resize).toBe(112);
  });

  it('names the keys of the other task as such, and misspelled ones with the nearest of its own', () => {
    expect(message(['model.fpn.channels=64'], classifier)).toBe('model.fpn goes with another task');
    expect(message([], { ...classifier, input: { shorterSide: 224 } })).toBe(
      'test.ts: input.shorterSide goes with another task',
    );
    expect(message(['training.labelSmoothing=0.1'])).toBe('training.labelSmoothing goes with another task');
    expect(message(['model.outputs=3'])).toBe('model.outputs goes with another task');
    expect(message(['training.labelsmoothing=0.1'], classifier)).toBe(
      'unknown key training.labelsmoothing; did you mean training.labelSmoothing?',
    );
    expect(message(['data.trainImages=5'], classifier)).toContain('goes with another data.format');
    expect(message(['data.format=voc'], classifier)).toBe(
      'test.ts: data.format: must be image-folder or shapes',
    );
    const names = datasetFormats().flatMap(({ name, detection }) => (detection ? [name] : []));
    const known = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
    expect(message(['data.format=vco'])).toBe(`test.ts: data.format: must be ${known}`);
    expect(message(['task=detection'])).toBe(
      'test.ts: task: must be instance-segmentation or classification',
    );
  });

  it('refuses impossible values of a classifier', () => {
    expect(message(['input.resize=100'], classifier)).toBe(
      'test.ts: input.resize: must not be less than size',
    );
    expect(message(['input.crop.scale=0.8,0.2'], classifier)).toContain(
      'input.crop.scale: must be the least',
    );
    expect(message(['input.crop.scale=0.5,2'], classifier)).toContain(
      'must not be more than the whole image',
    );
    expect(message(['training.emaDecay=1'], classifier)).toContain('training.emaDecay');
  });
});

describe('the configs that come with atto', () => {
  const folder = path.join(import.meta.dirname, '..', '..', 'configs');
  const files = globSync('{imagenet50,shapes,voc2012}/*.ts', { cwd: folder }).sort();

  it.each(files)('%s is one', async (file) => {
    const { task, model } = await loadConfig(path.join(folder, file), []);
    const outputs = file.startsWith('imagenet50') ? 51 : undefined;
    expect(task === 'classification' ? model.outputs : undefined).toBe(outputs);
    if (outputs) expect(model.backbone.name).toBe(path.parse(file).name);
  });
});
