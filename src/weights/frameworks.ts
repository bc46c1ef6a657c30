/** Another framework whose weights can't be used, and how to use what it finds instead. */
interface Framework {
  readonly name: string;
  /** Names of its tensors, behind the prefixes of wrappers. */
  readonly tensors: RegExp;
  /** Modules that its classes are in, where it pickles whole models. */
  readonly modules: RegExp;
  /** How it writes detections in COCO's results format. */
  readonly results: string;
}

const frameworks: readonly Framework[] = [
  {
    name: 'Detectron2',
    tensors: /(?:^|\.)(?:backbone\.bottom_up|backbone\.res[2-5]|proposal_generator\.rpn_head)\./,
    modules: /^detectron2\./,
    results: 'coco_instances_results.json, which its COCOEvaluator writes',
  },
  {
    name: 'MMDetection',
    tensors: /(?:^|\.)(?:neck\.(?:lateral|fpn)_convs|rpn_head\.rpn_\w+|roi_head\.\w+|bbox_head\.\w+)\./,
    modules: /^mmdet\./,
    results:
      'the .segm.json that its test writes with test_evaluator.format_only=True test_evaluator.outfile_prefix=…',
  },
  {
    name: 'Ultralytics',
    tensors: /^(?:model\.)+\d+\.(?:conv|bn|cv\d|m|dfl|proto)\./,
    modules: /^(?:ultralytics|models\.(?:yolo|common))\./,
    results: 'predictions.json, which its val writes with save_json=True',
  },
];

const readable =
  "Weights can be read of a Mask R-CNN with torchvision's names, and for a backbone of a classification network with " +
  "torchvision's or timm's.";

/** Sentences about a file of another framework, by the names of its tensors; undefined where no one's are known. */
export function foreignTensors(names: readonly string[]): string | undefined {
  const framework = frameworks.find(({ tensors }) => names.some((name) => tensors.test(name)));
  return framework && describe(framework, 'holds the weights');
}

/** Sentences about a pickled object of another framework, by its class. */
export function foreignObject(name: string): string | undefined {
  const framework = frameworks.find(({ modules }) => modules.test(name));
  return framework && describe(framework, `holds a model (${name})`);
}

function describe({ name, results }: Framework, contents: string): string {
  return (
    `${contents} of ${name}, whose layers aren't those of the networks here. ${readable} What ${name} finds can be ` +
    `scored: atto score --detections takes ${results}`
  );
}

/** Sentences about a file that is no file of `torch.save`. */
export const foreignFiles = {
  keras: `is a file of Keras, such as Matterport's Mask R-CNN has. ${readable}`,
  pickle: `is a pickle that torch.save didn't write, such as Detectron2's model zoo has. ${readable}`,
} as const;
