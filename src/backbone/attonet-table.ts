import type { AttoNetName } from '../config/backbone-names.js';

/** Module of Table 1: widths in channels, `[1x1, compress] [3x3xM, M·compress] [1x1, mix] [1x1, expand]`. */
export interface AttoNetModule {
  /** Pointwise compression. */
  readonly compress: number;
  /** First of the back-to-back pointwise convolutions, which mixes the outputs of the convolutional groups. */
  readonly mix: number;
  /** Second of them: the width of the module's output. */
  readonly expand: number;
  readonly stride: 1 | 2;
}

/** One network of Table 1. */
export interface AttoNetDesign {
  /** Number of filters of the 7×7 stem. */
  readonly stem: number;
  /** Number of filters of the 3×3 convolutional groups for each input channel: the M of `3x3xM`. */
  readonly depthMultiplier: number;
  /** The 16 modules from the input on. */
  readonly modules: readonly AttoNetModule[];
}

const row = (compress: number, mix: number, expand: number, stride: 1 | 2 = 1): AttoNetModule => ({
  compress,
  mix,
  expand,
  stride,
});

/**
 * Table 1 of the paper as data. Where the printed table slips (NOTES.md lists the places), the value here is the one
 * that its neighbors and the parameter counts of Table 2 agree on.
 */
export const attoNets: Readonly<Record<AttoNetName, AttoNetDesign>> = {
  'attonet-a': {
    stem: 8,
    depthMultiplier: 4,
    modules: [
      row(8, 16, 176),
      row(16, 16, 176),
      row(16, 16, 176),
      row(40, 40, 400, 2),
      row(32, 24, 400),
      row(40, 32, 400),
      row(40, 32, 400),
      row(80, 64, 808, 2),
      row(72, 72, 808),
      row(80, 72, 808),
      row(72, 72, 808),
      row(72, 64, 808),
      row(56, 56, 808),
      row(160, 128, 952, 2),
      row(120, 88, 952),
      row(112, 88, 952),
    ],
  },
  'attonet-b': {
    stem: 8,
    depthMultiplier: 4,
    modules: [
      row(8, 16, 168),
      row(16, 8, 168),
      row(16, 16, 168),
      row(32, 24, 368, 2),
      row(16, 24, 368),
      row(24, 24, 368),
      row(24, 32, 368),
      row(64, 48, 728, 2),
      row(40, 40, 728),
      row(48, 48, 728),
      row(56, 48, 728),
      row(48, 40, 728),
      row(32, 32, 728),
      row(112, 96, 736, 2),
      row(72, 48, 736),
      row(72, 56, 736),
    ],
  },
  'attonet-c': {
    stem: 6,
    depthMultiplier: 2,
    modules: [
      row(7, 8, 139),
      row(5, 5, 139),
      row(7, 6, 139),
      row(19, 14, 328, 2),
      row(13, 9, 328),
      row(19, 8, 328),
      row(20, 12, 328),
      row(39, 24, 628, 2),
      row(29, 28, 628),
      row(37, 26, 628),
      row(37, 32, 628),
      row(37, 27, 628),
      row(17, 24, 628),
      row(67, 52, 527, 2),
      row(46, 30, 527),
      row(49, 31, 527),
    ],
  },
  'attonet-d': {
    stem: 3,
    depthMultiplier: 4,
    modules: [
      row(7, 8, 112),
      row(5, 5, 112),
      row(7, 6, 112),
      row(8, 8, 264, 2),
      row(8, 8, 264),
      row(8, 8, 264),
      row(8, 8, 264),
      row(8, 8, 467, 2),
      row(8, 8, 467),
      row(8, 8, 467),
      row(8, 8, 467),
      row(8, 8, 467),
      row(8, 8, 467),
      row(16, 8, 140, 2),
      row(8, 8, 140),
      row(8, 8, 140),
    ],
  },
};
