/**
 * What the networks of the paper's first experiment (Section 4.1) have in common: ImageNet50, 50 classes of ImageNet, at
 * 224×224 pixels. The paper says nothing about training here; this is the recipe that small networks usually get on
 * ImageNet: SGD with momentum 0.9 as in its second experiment, a warm-up and half a cosine, little weight decay and none
 * on biases and norms, label smoothing, and an average of the weights.
 *
 * 100,000 steps of 64 images are about 100 epochs of 65,000 images. `data.root` holds `train` and `val`, each with a
 * folder of images for each class.
 */
export const imageNet50 = {
  input: {
    size: 224,
    resize: 256,
    colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4 },
  },
  data: { format: 'image-folder', root: 'data/imagenet50' },
  training: {
    steps: 100_000,
    batchSize: 64,
    learningRate: 0.05,
    weightDecay: 4e-5,
    decayBiasesAndNorms: false,
    warmup: { steps: 5000 },
    schedule: { kind: 'cosine' },
    labelSmoothing: 0.1,
    emaDecay: 0.9999,
    validateEvery: 5000,
  },
} as const;

/** Table 2's networks have an output more than there are classes. */
export const outputs = 51;
