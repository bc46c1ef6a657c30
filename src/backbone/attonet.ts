import type { AttoNetName } from '../config/backbone-names.js';
import { kaimingNormal, ones, zeros } from '../nn/initializers.js';
import { type Convolution, normedConvolutionLayer, normedDepthwiseLayer } from '../nn/layers.js';
import type { Ops } from '../nn/ops.js';
import type { Scope } from '../nn/parameter.js';
import { type AttoNetModule, attoNets } from './attonet-table.js';
import { type Backbone, inSequence, type Stage, type StageSettings } from './backbone.js';

/** Number of modules in each of C2 to C5: modules 1 to 3, 4 to 7, 8 to 13 and 14 to 16. */
const modulesPerStage = [3, 4, 6, 3];

/** Layers that the two module types of the paper's Fig. 2 have in common. */
interface ModuleLayers {
  readonly compress: Convolution;
  readonly groups: Convolution;
  readonly mix: Convolution;
  readonly expand: Convolution;
}

/**
 * Runs the main path of a module: pointwise compression, 3×3 convolutional groups, back-to-back pointwise convolutions;
 * the shortcut joins before the last activation.
 */
function mainPath<T>(ops: Ops<T>, { compress, groups, mix, expand }: ModuleLayers, x: T, shortcut: T): T {
  const features = ops.convolution(groups, ops.convolution(compress, x));
  return ops.convolution(expand, ops.convolution(mix, features), shortcut);
}

/** Runs AttoNet Module Type A (Fig. 2): groups without stride and the identity as shortcut. */
function moduleTypeA<T>(ops: Ops<T>, layers: ModuleLayers, x: T): T {
  return mainPath(ops, layers, x, x);
}

/** Runs AttoNet Module Type B (Fig. 2): strided groups where the size halves, and a 1×1 convolution on the shortcut. */
function moduleTypeB<T>(ops: Ops<T>, layers: ModuleLayers, shortcut: Convolution, x: T): T {
  return mainPath(ops, layers, x, ops.convolution(shortcut, x));
}

/** Scopes of a convolution and its norm, named `name.0` and `name.1` as PyTorch's Sequential would. */
const scopes = (scope: Scope, name: string): { convolution: Scope; norm: Scope } => ({
  convolution: scope.child(name).child('0'),
  norm: scope.child(name).child('1'),
});

/** Builds one module; its type follows from whether the shortcut can be the identity. */
function attoNetModule(
  { scope, norm }: StageSettings,
  input: number,
  depthMultiplier: number,
  { compress, mix, expand, stride }: AttoNetModule,
): Stage {
  const depthwise = compress * depthMultiplier;
  const pointwise = (name: string, from: number, to: number, normScale = ones): Convolution =>
    normedConvolutionLayer(
      scopes(scope, name),
      { in: from, out: to, kernel: 1, initializer: kaimingNormal(to), activation: 'relu', normScale },
      norm,
    );
  const layers: ModuleLayers = {
    compress: pointwise('compress', input, compress),
    groups: normedDepthwiseLayer(
      scopes(scope, 'groups'),
      {
        in: compress,
        out: depthwise,
        kernel: 3,
        stride,
        initializer: kaimingNormal(9 * depthMultiplier),
        activation: 'relu',
      },
      norm,
    ),
    mix: pointwise('mix', depthwise, mix),
    // A module starts as its shortcut alone: through sixteen full ones gradients would grow a thousandfold.
    expand: pointwise('expand', mix, expand, zeros),
  };
  if (stride === 1 && input === expand) return (ops, x) => moduleTypeA(ops, layers, x);
  const shortcut = normedConvolutionLayer(
    scopes(scope, 'shortcut'),
    { in: input, out: expand, kernel: 1, stride, initializer: kaimingNormal(expand) },
    norm,
  );
  return (ops, x) => moduleTypeB(ops, layers, shortcut, x);
}

/**
 * Builds an AttoNet without its classifier (Section 3.2, Table 1): 7×7 stem and max-pooling, then 16 modules. The
 * paper says neither where norms and activations lie nor how weights are drawn; here a batch norm follows each
 * convolution and a ReLU each norm, but for the last ReLU of a module, which follows the sum. The last norm's scale
 * starts at 0 (NOTES.md).
 */
export function attoNet(name: AttoNetName, stage: (index: number) => StageSettings): Backbone {
  const design = attoNets[name];
  const { scope, norm } = stage(0);
  const stem = normedConvolutionLayer(
    scopes(scope, 'stem'),
    {
      in: 3,
      out: design.stem,
      kernel: 7,
      stride: 2,
      initializer: kaimingNormal(49 * design.stem),
      activation: 'relu',
    },
    norm,
  );

  let width = design.stem;
  let next = 0;
  const stages = modulesPerStage.map((count, index) => {
    const settings = stage(index + 1);
    const modules = design.modules.slice(next, next + count).map((module, i) => {
      const inModule = { ...settings, scope: settings.scope.child(`module${next + i + 1}`) };
      const run = attoNetModule(inModule, width, design.depthMultiplier, module);
      width = module.expand;
      return run;
    });
    next += count;
    return { width, run: inSequence(modules) };
  });
  const [c2, c3, c4, c5] = stages;
  return {
    channels: [c2.width, c3.width, c4.width, c5.width],
    stem: (ops, images) => ops.maxPool(ops.convolution(stem, images), 3, { stride: 2, padding: 1 }),
    stages: [c2.run, c3.run, c4.run, c5.run],
    classifier: { name: 'fc', dropout: 0 },
  };
}
